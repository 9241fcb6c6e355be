"""Reads what people said and did; the cursor is the number of the last notice."""

from domain.connector.http import Call, Http
from domain.connector.words import Access, Inbox, InboxItem, InboxKind, Profile
from domain.networks.sandbox.answers import Notice, Notices
from domain.networks.sandbox.wire import server_of

_PAGE = 100
_KINDS = {kind.value: kind for kind in InboxKind} | {"entry": None}


async def read(http: Http, access: Access, cursor: str | None) -> Inbox:
    query = (("since", cursor or "0"), ("limit", str(_PAGE)))
    call = Call("GET", "/notices", query=query)
    page = await server_of(http, access).repeat(call, Notices)
    items = (_item(each) for each in page.data)
    return Inbox(
        items=tuple(item for item in items if item is not None),
        cursor=str(page.next),
        has_more=page.has_more,
    )


def _item(notice: Notice) -> InboxItem | None:
    kind, said = _KINDS.get(notice.kind), notice.post
    if kind is None:
        return None
    return InboxItem(
        kind=kind,
        remote_id=said.id if said else f"{notice.kind}-{notice.number}",
        author=Profile(notice.person, notice.person, notice.person.capitalize()),
        said_at=notice.created_at,
        text=said.text if said else "",
        language=said.language if said else None,
        url=said.url if said else None,
        about=notice.about,
        root=said.root_id if said else None,
        is_deleted=notice.is_deleted,
    )
