"""Reads the site's comments from a cursor on, oldest first: the newest one's id and moment.

Ids grow with every comment. The api filters by the clock of the site, where an hour comes twice
each autumn: more than that hour is read again, and what is known passed over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.connector.heard import understood
from domain.connector.http import Http
from domain.connector.plain import plain
from domain.connector.words import Access, Inbox, InboxItem, InboxKind
from domain.networks.wordpress.answers import Comment, Listed
from domain.networks.wordpress.comments import FIELDS
from domain.networks.wordpress.people import author_of
from domain.networks.wordpress.wire import REST, server_of

_PAGE = 100
_REPEATED = timedelta(hours=2)
_QUERY = (("per_page", str(_PAGE)), ("orderby", "id"), ("status", "all"), FIELDS)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The newest comment that was read; page `page` of what is read again comes next."""

    id: int
    at: datetime | None
    page: int = 1

    @classmethod
    def read(cls, text: str) -> "Cursor":
        id_, at, page = text.split("/")
        return cls(int(id_), datetime.fromisoformat(at) if at else None, int(page))

    def written(self) -> str:
        return f"{self.id}/{self.at.isoformat() if self.at else ''}/{self.page}"


async def read(http: Http, access: Access, cursor: str | None) -> Inbox:
    """A first reading gives the newest page."""
    known = None if cursor is None else Cursor.read(cursor)
    query = [*_QUERY, *_from(known)]
    listed = await server_of(http, access).read(f"{REST}/comments", Listed, query)
    comments = sorted(understood(listed.root, Comment), key=lambda each: int(each.id))
    fresh = [each for each in comments if known is None or int(each.id) > known.id]
    newest = Cursor(int(fresh[-1].id), fresh[-1].date_gmt) if fresh else known or Cursor(0, None)
    is_full = known is not None and len(listed.root) >= _PAGE
    page = known.page + 1 if known and is_full and not fresh else 1
    reached = Cursor(newest.id, newest.at, page)
    items = tuple(_item(each) for each in fresh if each.author != access.remote_id)
    return Inbox(items, reached.written(), has_more=is_full)


def _from(known: Cursor | None) -> list[tuple[str, str]]:
    if known is None:
        return [("order", "desc")]
    page = [("order", "asc"), ("page", str(known.page))]
    if known.at is None:
        return page
    return [*page, ("after", (known.at - _REPEATED).isoformat())]


def _item(comment: Comment) -> InboxItem:
    post = f"posts/{comment.post}"
    return InboxItem(
        kind=InboxKind.REPLY,
        remote_id=f"comments/{comment.id}",
        author=author_of(comment),
        said_at=comment.date_gmt,
        text=plain(comment.content.rendered),
        url=comment.link,
        about=post if comment.parent == "0" else f"comments/{comment.parent}",
        root=post,
    )
