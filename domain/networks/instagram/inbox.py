"""Reads what people say to an account: comments below its newest posts, and posts that show it.

Comments come newest first with the posts they are below, and their answers with them; what does not
fit there is read post by post, down to what is known. Posts that show the account are told to the
token of a Page alone. Mentions in comments below posts of others are told by a hook alone, and in
no list: https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/comments,
…/ig-user/tags and …/ig-user/mentioned_comment, read 2026-11-28.
"""

from datetime import datetime

from domain.connector.dialects.graph import Graph, Listed, first_of
from domain.connector.dialects.newest import Cursor
from domain.connector.errors import Missing, Refused
from domain.connector.heard import understood
from domain.connector.http import Http
from domain.connector.words import Access, Inbox, InboxItem, InboxKind, Profile
from domain.networks.instagram.answers import Comment, Post
from domain.networks.instagram.finding import PAGE, after_of
from domain.networks.instagram.places import ROOT, comment_name, mention_name
from domain.networks.instagram.wire import account_of, is_own_login

_POSTS, _FEWER, _PAGES = 25, 5, 20
_SAID = "id,text,timestamp,username"
_COMMENT = f"{_SAID},replies.limit({PAGE}){{{_SAID}}}"
_WITH_COMMENTS = f"id,permalink,comments.limit({PAGE}){{{_COMMENT}}}"
_MENTION = "id,caption,timestamp,username,permalink"


async def read(http: Http, access: Access, cursor: str | None) -> Inbox:
    graph = account_of(http, access)
    known = None if cursor is None else Cursor.read(cursor)
    path, query, items = (
        f"/{access.remote_id}/media",
        [("fields", _WITH_COMMENTS)],
        list[InboxItem](),
    )
    posts = await first_of(graph, path, query, most=_POSTS, fewer=_FEWER)
    for post in understood(posts, Post):
        items += await _below(graph, access, post, known)
    if not is_own_login(access.grant.access):
        items += await _mentions(graph, access, known)
    reached = known or Cursor()
    return Inbox(tuple(reached.fresh(items)), reached.after(items).written())


async def _below(graph: Graph, access: Access, post: Post, known: Cursor | None) -> list[InboxItem]:
    """What others said below a post."""
    items, path = list[InboxItem](), f"/{post.id}/comments"
    for comment in await _newest(graph, path, post.comments, known):
        name = comment_name(post.id, comment.id)
        answers = await _all(graph, f"/{comment.id}/replies", comment.replies)
        items += [
            _reply(said, post, above)
            for said, above in ((comment, post.id), *((each, name) for each in answers))
            if not _is_ours(said.username, access)
        ]
    return items


async def _newest(graph: Graph, path: str, first: Listed, known: Cursor | None) -> list[Comment]:
    """Comments down to what is known; of a first reading those that came with the post."""
    found, listed = understood(first.data, Comment), first
    for _ in range(0 if known is None else _PAGES):
        after = after_of(listed)
        is_reached = known and any(each.timestamp < known.since for each in found)
        if after is None or is_reached:
            break
        listed = await _page(graph, path, _COMMENT, after)
        found += understood(listed.data, Comment)
    return found


async def _all(graph: Graph, path: str, first: Listed) -> list[Comment]:
    """Answers have no documented order: they are read to their end."""
    found, listed = understood(first.data, Comment), first
    for _ in range(_PAGES):
        if (after := after_of(listed)) is None:
            break
        listed = await _page(graph, path, _SAID, after)
        found += understood(listed.data, Comment)
    return found


async def _page(graph: Graph, path: str, fields: str, after: str) -> Listed:
    """A page of a list; an empty one where what it is below is gone meanwhile."""
    query = [("fields", fields), ("limit", str(PAGE)), ("after", after)]
    try:
        return await graph.read(path, Listed, query)
    except Missing:
        return Listed(data=())


async def _mentions(graph: Graph, access: Access, known: Cursor | None) -> list[InboxItem]:
    """Posts of others that show the account, down to what is known; none without permission."""
    found, onward = list[InboxItem](), list[tuple[str, str]]()
    query = [("fields", _MENTION), ("limit", str(PAGE))]
    for _ in range(1 if known is None else _PAGES):
        try:
            listed = await graph.read(f"/{access.remote_id}/tags", Listed, [*query, *onward])
        except Refused:
            break
        page = [
            _mention(each, each.timestamp)
            for each in understood(listed.data, Post)
            if each.timestamp and not _is_ours(each.username, access)
        ]
        found += page
        is_reached = known and any(each.said_at < known.since for each in page)
        if (after := after_of(listed)) is None or is_reached:
            break
        onward = [("after", after)]
    return found


def _is_ours(username: str, access: Access) -> bool:
    return username.lower() == access.handle.lower()


def _reply(said: Comment, post: Post, above: str) -> InboxItem:
    return InboxItem(
        kind=InboxKind.REPLY,
        remote_id=comment_name(above, said.id),
        author=_author(said.username),
        said_at=said.timestamp,
        text=said.text,
        url=post.permalink,
        about=above,
        root=post.id,
    )


def _mention(post: Post, said_at: datetime) -> InboxItem:
    return InboxItem(
        kind=InboxKind.MENTION,
        remote_id=mention_name(post.id),
        author=_author(post.username),
        said_at=said_at,
        text=post.caption or "",
        url=post.permalink,
    )


def _author(username: str) -> Profile:
    """Lists of posts tell names alone: the name is who they are, wherever they speak."""
    name = username or "somebody"
    return Profile(name.lower(), name, url=f"{ROOT}/{name}/")
