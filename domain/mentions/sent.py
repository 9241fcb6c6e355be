"""New mentions as they are sent to PostgreSQL: each column written once, as one text."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from domain.kernel.columns import column, joined
from domain.mentions.arrivals import Arrival
from domain.mentions.rules import MentionStatus


class NewMention(NamedTuple):
    """What arrived, with what was found and decided about it."""

    id: UUID
    arrival: Arrival
    author_id: UUID
    conversation_id: UUID | None
    post: tuple[UUID, str | None] | tuple[None, None]
    is_baseline: bool


def _hex(id_: UUID | None) -> str | None:
    return id_.hex if id_ else None


def _status(new: NewMention) -> str:
    return (MentionStatus.ARCHIVED if new.is_baseline else MentionStatus.OPEN).value


COLUMNS: Mapping[str, tuple[str, Callable[[NewMention], str | None]]] = {
    "id": ("uuid", lambda new: new.id.hex),
    "kind": ("text", lambda new: new.arrival.kind),
    "remote_id": ("text", lambda new: new.arrival.remote_id),
    "about": ("text", lambda new: new.arrival.about),
    "handle": ("text", lambda new: new.arrival.author_handle),
    "name": ("text", lambda new: new.arrival.author_name),
    "avatar_url": ("text", lambda new: new.arrival.author_avatar_url),
    "title": ("text", lambda new: new.arrival.title),
    "text": ("text", lambda new: new.arrival.text),
    "language": ("text", lambda new: new.arrival.language),
    "url": ("text", lambda new: new.arrival.url),
    "said_at": ("timestamptz", lambda new: new.arrival.said_at.isoformat()),
    "author_id": ("uuid", lambda new: new.author_id.hex),
    "conversation_id": ("uuid", lambda new: _hex(new.conversation_id)),
    "post_id": ("uuid", lambda new: _hex(new.post[0])),
    "post_title": ("text", lambda new: new.post[1]),
    "status": ("text", _status),
}


def sent(first: int) -> str:
    """The rows in a statement whose parameters from `first` on are `columns_of` them."""
    columns = (column(number, type_) for number, (type_, _) in enumerate(COLUMNS.values(), first))
    return f"unnest({', '.join(columns)}) AS sent ({', '.join(COLUMNS)})"


def columns_of(new: Sequence[NewMention]) -> list[str]:
    return [joined(map(value, new)) for _, value in COLUMNS.values()]
