"""Articles of ours: written as drafts, found again, made public.

A draft bears a slug made of the delivery's key, or one that was free: it is found by that where its
id got lost.
"""

from collections.abc import Sequence

from pydantic import JsonValue

from domain.connector.errors import Missing, Refused
from domain.connector.http import Call
from domain.connector.port import Save
from domain.connector.words import Draft, Ref
from domain.networks.wordpress.answers import Post, Posts
from domain.networks.wordpress.compose import article_of, media_blocks, slug_of
from domain.networks.wordpress.media import File, send_up
from domain.networks.wordpress.places import path_of, post_ref
from domain.networks.wordpress.progress import Progress
from domain.networks.wordpress.settings import Settings, settings_of, told
from domain.networks.wordpress.wire import REST, Server

_FIELDS = ("_fields", "id,link,status,date_gmt")


async def find(server: Server, draft: Draft, progress: Progress) -> Post | None:
    """The article of a delivery that was tried, public or not."""
    if progress.article is None:
        return await _by_slug(server, _slug(draft))
    try:
        return await server.read(path_of(progress.article), Post, [_FIELDS])
    except Missing:
        return None


async def write(server: Server, draft: Draft, progress: Progress, save: Save) -> Post:
    """A draft that the site's authors alone see. Raises `Refused` where its slug is taken."""
    settings = settings_of(draft)
    if settings.slug is not None and not progress.is_trying:
        await _assert_free(server, settings.slug)
    facts = await told(server, settings)
    for medium in draft.parts[0].media[len(progress.files) :]:
        files = (*progress.files, await send_up(server, medium))
        progress = await progress.kept(save, files=files)
    await progress.kept(save, is_trying=True)
    article = article_of(draft.parts[0], settings)
    body: dict[str, JsonValue] = {
        **facts,
        "title": article.title,
        "slug": _slug(draft),
        **shown(article.html, progress.files, settings),
        "status": "draft",
    }
    return await server.act(Call("POST", f"{REST}/posts", query=(_FIELDS,), json=body), Post)


async def show(server: Server, article: str) -> Ref:
    """Makes it public; once more, nothing changes."""
    call = Call("POST", path_of(article), query=(_FIELDS,), json={"status": "publish"})
    return post_ref(await server.act(call, Post))


def shown(html: str, files: Sequence[File], settings: Settings) -> dict[str, JsonValue]:
    """The text with its media: the first picture at the head, if it shall stand there."""
    cover = next((file for file in files if settings.has_cover and not file.is_video), None)
    blocks = media_blocks([file for file in files if file is not cover])
    content = "\n\n".join(each for each in (html, blocks) if each)
    return {"content": content, "featured_media": int(cover.id) if cover else 0}


def _slug(draft: Draft) -> str:
    settings = settings_of(draft)
    return slug_of(draft, article_of(draft.parts[0], settings).title, settings)


async def _by_slug(server: Server, slug: str) -> Post | None:
    """One that is public before one that is not: a second draft may have come late."""
    query = [("slug", slug), ("status", "any"), _FIELDS]
    posts = (await server.read(f"{REST}/posts", Posts, query)).root
    return max(posts, key=lambda post: post.is_public, default=None)


async def _assert_free(server: Server, slug: str) -> None:
    taken = await _by_slug(server, slug)
    if taken is not None:
        raise Refused("Another article of the site has this slug.", said=taken.link or "")
