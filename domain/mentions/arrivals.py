"""What a network handed out, as we keep it: cleaned, each once, without what we said ourselves."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from domain.connector.words import InboxItem, InboxKind
from domain.kernel.clock import as_kept
from domain.mentions.rules import clean, clean_or_none, server_scope, short_id
from domain.mentions.shapes import Reading


class Arrival(NamedTuple):
    """One item, ready to be stored. A tuple: thousands are made in a second."""

    kind: str
    remote_id: str
    about: str | None
    root: str | None
    author_server: str
    author_remote_id: str
    author_handle: str
    author_name: str | None
    author_url: str | None
    author_avatar_url: str | None
    title: str | None
    text: str
    language: str | None
    url: str | None
    said_at: datetime
    is_deleted: bool


def arrivals_of(items: Iterable[InboxItem], reading: Reading, *, now: datetime) -> list[Arrival]:
    """Each item once, the last word counts; own echoes are left out."""
    found: dict[tuple[str, str], Arrival] = {}
    for item in items:
        if item.author.remote_id == reading.remote_id and item.kind is not InboxKind.ENTRY:
            continue
        arrival = _arrival(item, reading, now)
        found[arrival.kind, arrival.remote_id] = arrival
    return list(found.values())


def _arrival(item: InboxItem, reading: Reading, now: datetime) -> Arrival:
    author_id = short_id(item.author.remote_id)
    return Arrival(
        kind=item.kind.value,
        remote_id=short_id(item.remote_id),
        about=short_id(item.about) if item.about else None,
        root=short_id(item.root) if item.root else None,
        author_server=server_scope(author_id, reading.server),
        author_remote_id=author_id,
        author_handle=clean(item.author.handle),
        author_name=clean_or_none(item.author.display_name),
        author_url=clean_or_none(item.author.url),
        author_avatar_url=clean_or_none(item.author.avatar_url),
        title=clean_or_none(item.title),
        text=clean(item.text),
        language=clean_or_none(item.language),
        url=clean_or_none(item.url),
        # A clock that runs ahead must not hold the top of the inbox.
        said_at=min(as_kept(item.said_at), now),
        is_deleted=item.is_deleted,
    )
