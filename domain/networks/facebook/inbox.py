"""Reads what people say to a Page: comments below its newest posts, and posts to it or about it.

Comments are listed newest first with the posts they are below, and what does not fit there is read
post by post. A first reading hands out what is listed at once. Lists that the token may not read
are passed over, as Facebook opens them by other permissions:
https://developers.facebook.com/docs/graph-api/reference/page-post/comments, …/page/tagged and
…/page/visitor_posts, read 2026-11-28.
"""

from datetime import datetime

from domain.connector.dialects.graph import Graph, Listed, first_of
from domain.connector.dialects.newest import Cursor
from domain.connector.errors import Refused
from domain.connector.heard import understood
from domain.connector.http import Http
from domain.connector.words import Access, Inbox, InboxItem, InboxKind, Profile
from domain.networks.facebook.answers import Author, Said
from domain.networks.facebook.wire import page_of

_POSTS, _FEWER = 50, 10
_COMMENTS, _PAGE, _PAGES = 25, 100, 20
_SAID = "id,message,created_time,permalink_url,from{id,name}"
_COMMENT = f"{_SAID},parent{{id}}"
_MENTIONS = ("tagged", "visitor_posts")
_SOMEBODY = "Somebody"
"""Whom Facebook does not name: it tells people's names by their consent alone."""


async def read(http: Http, access: Access, cursor: str | None) -> Inbox:
    page = page_of(http, access)
    known = Cursor() if cursor is None else Cursor.read(cursor)
    since, items = None if cursor is None else known.since, list[InboxItem]()
    for post in await _posts(page, access, since):
        comments = await _comments(page, post, since)
        items += [_comment(each, post) for each in comments if not _is_ours(each, access)]
    for edge in _MENTIONS:
        mentions = await _listed(page, f"/{access.remote_id}/{edge}", _query(_SAID, since))
        items += [_mention(each) for each in mentions if not _is_ours(each, access)]
    return Inbox(tuple(known.fresh(items)), known.after(items).written())


async def _posts(page: Graph, access: Access, since: datetime | None) -> list[Said]:
    """The newest posts, each with its newest comments."""
    bound = "" if since is None else f".since({int(since.timestamp())})"
    comments = f"comments.filter(stream).order(reverse_chronological){bound}.limit({_COMMENTS})"
    path, fields = (
        f"/{access.remote_id}/published_posts",
        f"id,created_time,{comments}{{{_COMMENT}}}",
    )
    return understood(
        await first_of(page, path, [("fields", fields)], most=_POSTS, fewer=_FEWER), Said
    )


async def _comments(page: Graph, post: Said, since: datetime | None) -> list[Said]:
    found = understood(post.comments.data, Said)
    onward = post.comments.paging.onward
    if since is None or onward is None:
        return found
    query = _query(_COMMENT, since)
    query += [("filter", "stream"), ("order", "reverse_chronological"), ("after", onward)]
    return [*found, *await _paged(page, f"/{post.id}/comments", query)]


async def _listed(page: Graph, path: str, query: list[tuple[str, str]]) -> list[Said]:
    try:
        return await _paged(page, path, query)
    except Refused:
        return []


async def _paged(page: Graph, path: str, query: list[tuple[str, str]]) -> list[Said]:
    """What a list holds; of a first reading its first page."""
    found, is_first = list[Said](), "since" not in dict(query)
    for _ in range(1 if is_first else _PAGES):
        listed = await page.read(path, Listed, query)
        found += understood(listed.data, Said)
        if listed.paging.onward is None:
            break
        query = [*(each for each in query if each[0] != "after"), ("after", listed.paging.onward)]
    return found


def _query(fields: str, since: datetime | None) -> list[tuple[str, str]]:
    query = [("fields", fields), ("limit", str(_PAGE))]
    return query if since is None else [*query, ("since", str(int(since.timestamp())))]


def _is_ours(said: Said, access: Access) -> bool:
    return said.author is not None and said.author.id == access.remote_id


def _comment(said: Said, post: Said) -> InboxItem:
    answered = said.parent.id if said.parent else None
    return _item(InboxKind.REPLY, said, about=answered or post.id, root=post.id)


def _mention(said: Said) -> InboxItem:
    return _item(InboxKind.MENTION, said, about=None, root=None)


def _item(kind: InboxKind, said: Said, *, about: str | None, root: str | None) -> InboxItem:
    return InboxItem(
        kind=kind,
        remote_id=said.id,
        author=_author(said.author),
        said_at=said.created_time,
        text=said.message,
        url=said.permalink_url,
        about=about,
        root=root,
    )


def _author(author: Author | None) -> Profile:
    if author is None:
        return Profile(_SOMEBODY.lower(), _SOMEBODY)
    return Profile(author.id, author.name or author.id, author.name)
