"""Reads what people say to a profile: answers below its newest posts, and posts that name it.

Answers are listed post by post, newest first, as far back as what is known. Mentions need a
permission of their own, and are passed over without it:
https://developers.facebook.com/docs/threads/retrieve-and-manage-replies and …/threads-mentions,
read 2026-11-28.
"""

from domain.connector.dialects.graph import Form, Graph, Listed
from domain.connector.dialects.newest import Cursor
from domain.connector.errors import Missing, Refused
from domain.connector.heard import understood
from domain.connector.http import Http
from domain.connector.words import Access, Inbox, InboxItem, InboxKind, Profile
from domain.networks.threads.answers import Said
from domain.networks.threads.wire import profile_of

_POSTS, _PAGE, _PAGES = 25, 50, 20
_SAID = "id,text,timestamp,username,permalink"
_ANSWER = f"{_SAID},is_reply_owned_by_me,replied_to,root_post"


async def read(http: Http, access: Access, cursor: str | None) -> Inbox:
    graph = profile_of(http, access)
    known = None if cursor is None else Cursor.read(cursor)
    query = [("fields", "id,timestamp,has_replies"), ("limit", str(_POSTS))]
    posts = await graph.read(f"/{access.remote_id}/threads", Listed, query)
    items = list[InboxItem]()
    for post in understood(posts.data, Said):
        if post.has_replies:
            items += [_answer(each, post) for each in await _answers(graph, post, known)]
    items += [_mention(each) for each in await _mentions(graph, access, known)]
    reached = known or Cursor()
    return Inbox(tuple(reached.fresh(items)), reached.after(items).written())


async def _answers(graph: Graph, post: Said, known: Cursor | None) -> list[Said]:
    """Those below a post that others gave; none where it is gone meanwhile."""
    query = [("fields", _ANSWER), ("reverse", "true"), ("limit", str(_PAGE))]
    try:
        found = await _newest(graph, f"/{post.id}/conversation", query, known)
    except Missing:
        return []
    return [each for each in found if not each.is_reply_owned_by_me]


async def _mentions(graph: Graph, access: Access, known: Cursor | None) -> list[Said]:
    query = [("fields", _SAID), ("limit", str(_PAGE))]
    try:
        found = await _newest(graph, f"/{access.remote_id}/mentions", query, known)
    except Refused:
        return []
    return [each for each in found if each.username != access.handle]


async def _newest(graph: Graph, path: str, query: Form, known: Cursor | None) -> list[Said]:
    """A list down to what is known; of a first reading its first page."""
    found, onward = list[Said](), list[tuple[str, str]]()
    for _ in range(1 if known is None else _PAGES):
        listed = await graph.read(path, Listed, [*query, *onward])
        page = understood(listed.data, Said)
        found += page
        is_reached = known is not None and any(each.timestamp < known.since for each in page)
        if is_reached or listed.paging.onward is None:
            break
        onward = [("after", listed.paging.onward)]
    return found


def _answer(said: Said, post: Said) -> InboxItem:
    answered = said.replied_to.id if said.replied_to else post.id
    return _item(InboxKind.REPLY, said, about=answered, root=post.id)


def _mention(said: Said) -> InboxItem:
    return _item(InboxKind.MENTION, said, about=None, root=None)


def _item(kind: InboxKind, said: Said, *, about: str | None, root: str | None) -> InboxItem:
    return InboxItem(
        kind=kind,
        remote_id=said.id,
        author=_author(said.username),
        said_at=said.timestamp,
        text=said.text,
        url=said.permalink,
        about=about,
        root=root,
    )


def _author(username: str) -> Profile:
    """Threads tells people's names alone: the name is who they are."""
    name = username or "somebody"
    return Profile(name.lower(), name, url=f"https://www.threads.com/@{name}")
