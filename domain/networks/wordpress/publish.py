"""Publishes articles, and comments as answers and as what follows an article at once.

Each is sought before it is sent again.

An article bears a slug made of the delivery's key, or one that was free: WordPress
finds it by that. A comment is sought among our own under what it answers; over there the same words
are not taken twice.
"""

from collections.abc import Sequence
from datetime import datetime

from pydantic import JsonValue

from domain.connector.errors import Missing, Refused
from domain.connector.http import Call, Http
from domain.connector.port import Save
from domain.connector.words import Access, Checkpoint, Draft, Published, Ref
from domain.networks.wordpress import comments
from domain.networks.wordpress.answers import Done, Post, Posts
from domain.networks.wordpress.compose import article_of, media_blocks, slug_of
from domain.networks.wordpress.media import File, send_up
from domain.networks.wordpress.places import path_of, post_ref
from domain.networks.wordpress.progress import Progress
from domain.networks.wordpress.settings import Settings, settings_of, told
from domain.networks.wordpress.wire import Server, TrashMissing, server_of

_FIELDS = ("_fields", "id,link")


async def publish(
    http: Http,
    access: Access,
    draft: Draft,
    checkpoint: Checkpoint,
    save: Save,
    *,
    now: datetime,  # noqa: ARG001 - the port's signature
) -> Published:
    server, progress = server_of(http, access), Progress.model_validate(checkpoint)
    while len(progress.sent) < len(draft.parts):
        ref = await _found(server, access, draft, progress) if progress.is_trying else None
        if ref is None and progress.above(draft) is not None:
            ref = await _answer(server, access, draft, progress, save)
        elif ref is None:
            ref = await _article(server, draft, progress, save)
        progress = await progress.with_sent(ref).kept(save)
    return progress.published()


async def look_up(
    http: Http,
    access: Access,
    draft: Draft,
    checkpoint: Checkpoint,
    *,
    since: datetime,  # noqa: ARG001 - the port's signature
) -> Published | None:
    """What was never tried is not there: a slug of one's own could be somebody else's by now."""
    server, progress = server_of(http, access), Progress.model_validate(checkpoint)
    if progress.is_trying:
        ref = await _found(server, access, draft, progress)
        progress = progress if ref is None else progress.with_sent(ref)
    return progress.published() if len(progress.sent) == len(draft.parts) else None


async def withdraw(http: Http, access: Access, refs: Sequence[Ref]) -> None:
    server = server_of(http, access)
    for ref in reversed(refs):
        call = Call("DELETE", path_of(ref.remote_id))
        try:
            await server.repeat(call, Done)
        except TrashMissing:
            await server.repeat(Call("DELETE", call.url, query=(("force", "true"),)), Done)
        except Missing:
            continue


async def _found(server: Server, access: Access, draft: Draft, progress: Progress) -> Ref | None:
    """The message under way, if it stands there."""
    above, part = progress.above(draft), draft.parts[len(progress.sent)]
    if above is not None:
        place = await comments.place_of(server, above)
        return await comments.find(server, access.remote_id, place, part)
    settings = settings_of(draft)
    return await _by_slug(server, slug_of(draft, article_of(part, settings).title, settings))


async def _answer(
    server: Server, access: Access, draft: Draft, progress: Progress, save: Save
) -> Ref:
    place = await comments.place_of(server, progress.above(draft) or "")
    await progress.kept(save, is_trying=True)
    return await comments.send(server, access.remote_id, place, draft.parts[len(progress.sent)])


async def _article(server: Server, draft: Draft, progress: Progress, save: Save) -> Ref:
    settings = settings_of(draft)
    if settings.slug is not None and not progress.is_trying:
        await _assert_free(server, settings.slug)
    facts = await told(server, settings)
    for medium in draft.parts[0].media[len(progress.files) :]:
        files = (*progress.files, await send_up(server, medium))
        progress = await progress.kept(save, files=files)
    await progress.kept(save, is_trying=True)
    body = {**facts, **_body(draft, progress.files, settings), "status": "publish"}
    call = Call("POST", "/wp/v2/posts", query=(_FIELDS,), json=body)
    return post_ref(await server.act(call, Post))


def _body(draft: Draft, files: Sequence[File], settings: Settings) -> dict[str, JsonValue]:
    article = article_of(draft.parts[0], settings)
    return {
        "title": article.title,
        "slug": slug_of(draft, article.title, settings),
        **shown(article.html, files, settings),
    }


def shown(html: str, files: Sequence[File], settings: Settings) -> dict[str, JsonValue]:
    """The text with its media: the first picture at the head, if it shall stand there."""
    cover = next((file for file in files if settings.has_cover and not file.is_video), None)
    blocks = media_blocks([file for file in files if file is not cover])
    content = "\n\n".join(each for each in (html, blocks) if each)
    return {"content": content, "featured_media": int(cover.id) if cover else 0}


async def _by_slug(server: Server, slug: str) -> Ref | None:
    query = [("slug", slug), ("status", "any"), _FIELDS]
    posts = (await server.read("/wp/v2/posts", Posts, query)).root
    return post_ref(posts[0]) if posts else None


async def _assert_free(server: Server, slug: str) -> None:
    taken = await _by_slug(server, slug)
    if taken is not None:
        raise Refused("Another article of the site has this slug.", said=taken.url or "")
