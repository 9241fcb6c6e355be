"""Reads what is said towards us in the room, by `/sync`; its token is the cursor.

Where more was said than the server hands out at once, the gap is read back from its near end to
where the last reading ended (https://spec.matrix.org/latest/client-server-api/#syncing, read
2026-11-26).
"""

import json
from dataclasses import dataclass

from pydantic import JsonValue

from domain.connector.errors import Refused
from domain.connector.heard import understood
from domain.connector.http import Http
from domain.connector.words import Access, Inbox, InboxItem, InboxKind, Profile
from domain.networks.matrix.answers import (
    Chunk,
    Event,
    Joined,
    Relation,
    Spoken,
    Synced,
    Timeline,
)
from domain.networks.matrix.matching import said_at
from domain.networks.matrix.places import event_url, person_url
from domain.networks.matrix.wire import CLIENT, USER, Server, room_path, server_of

_PAGE = 100
_PAGES = 50
_MOST_ASKED = 100
"""Events whose sender is asked for in one reading; of the others those that name us come in."""
_TYPES: list[JsonValue] = ["m.room.message", "m.reaction"]


async def read(http: Http, access: Access, cursor: str | None) -> Inbox:
    server, room_id = server_of(http, access), access.remote_id
    since = [] if cursor is None else [("since", cursor)]
    query = [("timeout", "0"), ("filter", _filter(room_id)), *since]
    synced = await server.read(f"{CLIENT}/sync", Synced, query)
    timeline = synced.rooms.join.get(room_id, Joined()).timeline
    missed: list[JsonValue] = []
    if cursor is not None and timeline.limited:
        missed = await _gap(server, room_id, timeline, cursor)
    events = understood((*missed, *timeline.events), Event)
    # Most answers are to what was said just before: asked for one by one, a busy room's would take
    # more calls than there are.
    known = {each.event_id: _sender_of(each) for each in events}
    senders = _Senders(server, room_id, known)
    found = [await _item(access, each, senders) for each in events]
    items = sorted(filter(None, found), key=lambda item: item.said_at)
    return Inbox(tuple(items), synced.next_batch)


def _filter(room_id: str) -> str:
    nothing: JsonValue = {"types": []}
    room: JsonValue = {
        "rooms": [room_id],
        "timeline": {"types": _TYPES, "limit": _PAGE},
        "state": nothing,
        "ephemeral": nothing,
        "account_data": nothing,
    }
    return json.dumps({"room": room, "presence": nothing, "account_data": nothing})


async def _gap(server: Server, room_id: str, timeline: Timeline, cursor: str) -> list[JsonValue]:
    """What was said between the last reading and the timeline, oldest first."""
    found, below = list[JsonValue](), timeline.prev_batch
    for _ in range(_PAGES):
        if below is None:
            break
        query = [("dir", "b"), ("from", below), ("to", cursor), ("limit", str(_PAGE))]
        query.append(("filter", json.dumps({"types": _TYPES})))
        page = await server.read(room_path(room_id, "messages"), Chunk, query)
        found += page.chunk
        below = page.end
    return found[::-1]


@dataclass(slots=True)
class _Senders:
    """Who said what events are about; None where nobody shows it. Asked once a reading.

    What is answered is named by a stranger: no name they choose may hold the inbox up.
    """

    server: Server
    room_id: str
    known: dict[str, str | None]
    left: int = _MOST_ASKED

    async def of(self, event_id: str) -> str | None:
        if event_id not in self.known and self.left:
            self.left -= 1
            self.known[event_id] = await self._asked(event_id)
        return self.known.get(event_id)

    async def _asked(self, event_id: str) -> str | None:
        try:
            return _sender_of(
                await self.server.read(room_path(self.room_id, "event", event_id), Spoken)
            )
        except Refused:
            return None


def _sender_of(spoken: Spoken) -> str | None:
    return None if spoken.is_redacted else spoken.sender


async def _item(access: Access, event: Event, senders: _Senders) -> InboxItem | None:
    """What an event says towards us; None for all the rest."""
    own, content = access.grant.extra[USER], event.content
    about = content.relates_to or Relation()
    if event.sender == own or event.is_redacted or about.rel_type == "m.replace":
        return None
    if event.type == "m.reaction":
        target, root, kind = about.event_id, None, InboxKind.LIKE
    else:
        target = about.in_reply_to.event_id if about.in_reply_to else None
        root = about.event_id if about.rel_type == "m.thread" else None
        kind = InboxKind.REPLY
    is_ours = False
    for each in filter(None, (target, root)):
        is_ours = is_ours or await senders.of(each) == own
    if not is_ours:
        is_named = content.mentions is not None and own in content.mentions.user_ids
        if not is_named or event.type == "m.reaction":
            return None
        kind = InboxKind.MENTION
    return InboxItem(
        kind=kind,
        remote_id=event.event_id,
        author=_author(event.sender),
        said_at=said_at(event),
        text=(about.key or "") if kind is InboxKind.LIKE else content.body,
        url=event_url(access.remote_id, event.event_id),
        about=target or root,
        root=root,
    )


def _author(user_id: str) -> Profile:
    return Profile(remote_id=user_id, handle=user_id, url=person_url(user_id))
