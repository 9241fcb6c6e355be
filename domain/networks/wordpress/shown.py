"""Reads back articles and comments.

Of an article it is what the site keeps, not what it shows: themes and plugins add words of their
own to every page. Articles are asked for together, comments one by one; a comment that we may not
read is not known. https://developer.wordpress.org/rest-api/reference/posts/, read 2026-11-27.
"""

from collections.abc import Mapping, Sequence

from domain.connector.alike import letters
from domain.connector.errors import Missing, Refused
from domain.connector.http import Http
from domain.connector.links import spelled_out
from domain.connector.plain import plain
from domain.connector.words import Access, Draft, Ref, Shown
from domain.networks.wordpress.compose import article_of
from domain.networks.wordpress.kept_answers import Article, Articles, Comment, Files
from domain.networks.wordpress.places import path_of, read_id
from domain.networks.wordpress.settings import settings_of
from domain.networks.wordpress.wire import REST, Server, server_of

_EDITABLE = (
    ("context", "edit"),
    ("_fields", "id,link,status,title,content,featured_media,modified_gmt"),
)
_OF_COMMENTS = ("_fields", "status,content,link")
_AT_ONCE = 50


async def show(http: Http, access: Access, refs: Sequence[Ref]) -> list[Shown]:
    server, found = server_of(http, access), list[Shown]()
    kinds = {ref.remote_id: read_id(ref.remote_id) for ref in refs}
    numbers = {number: id_ for id_, (kind, number) in kinds.items() if kind == "posts"}
    for start in range(0, len(numbers), _AT_ONCE):
        found += await _articles(server, dict(list(numbers.items())[start : start + _AT_ONCE]))
    for id_, (kind, _) in kinds.items():
        if kind == "comments":
            found += await _comment(server, id_)
    return found


def told(draft: Draft, number: int) -> str:
    """Of an article its title too; what answers something, and what follows it, is a comment."""
    part = draft.parts[number]
    if number or draft.reply_to is not None:
        return spelled_out(part.text, part.link.url if part.link else None)
    article = article_of(part, settings_of(draft))
    return f"{plain(article.title)}\n\n{plain(article.html)}"


def alike(text: str) -> str:
    return letters(text)


async def _articles(server: Server, ids: Mapping[int, str]) -> list[Shown]:
    """By number, their ids here. What is not listed may be in the trash: it is asked for alone."""
    among = ("include", ",".join(map(str, ids)))
    query = [among, ("status", "any"), ("per_page", "100"), *_EDITABLE]
    listed = (await server.read(f"{REST}/posts", Articles, query)).root
    standing = {each.id: each for each in listed}
    files = await _files(server, {id_ for each in listed for id_ in each.media()})
    found = list[Shown]()
    for number, remote_id in ids.items():
        article = standing.get(str(number)) or await _alone(server, remote_id)
        found += [] if article is None else [_shown(remote_id, article, files)]
    return found


async def _alone(server: Server, remote_id: str) -> Article | None:
    """None where we may not read it."""
    try:
        return await server.read(path_of(remote_id), Article, _EDITABLE)
    except Missing:
        return Article(id="", status="gone")
    except Refused:
        return None


def _shown(remote_id: str, article: Article, files: Mapping[str, str]) -> Shown:
    if article.status != "publish":
        return Shown(remote_id, is_gone=True)
    return Shown(
        remote_id=remote_id,
        text=article.text(),
        alt_texts=tuple(files[id_] for id_ in article.media() if id_ in files),
        url=article.link,
        edited_at=article.modified_gmt,
    )


async def _files(server: Server, ids: set[str]) -> dict[str, str]:
    """What files of the library show, by id; those that are gone are left out."""
    if not ids:
        return {}
    query = [("include", ",".join(sorted(ids))), ("per_page", "100"), ("_fields", "id,alt_text")]
    files = (await server.read(f"{REST}/media", Files, query)).root
    return {each.id: each.alt_text for each in files}


async def _comment(server: Server, remote_id: str) -> list[Shown]:
    try:
        comment = await server.read(path_of(remote_id), Comment, [_OF_COMMENTS])
    except Missing:
        return [Shown(remote_id, is_gone=True)]
    except Refused:
        return []
    if comment.status != "approved":
        return [Shown(remote_id, is_gone=True)]
    return [Shown(remote_id, plain(comment.content.rendered), url=comment.link)]
