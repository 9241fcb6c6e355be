"""What a network handed out, as we keep it: cleaned, each once, without what we said ourselves."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from domain.connector.links import of_the_web
from domain.connector.words import InboxItem, InboxKind
from domain.kernel.clock import as_kept
from domain.mentions.rules import MOST_HANDLE, clean, clean_or_none, server_scope, short_id
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


def named_by(items: Iterable[InboxItem]) -> set[str]:
    """The remote ids of what is handed out, of what that is about and of what it began with."""
    names = {name for item in items for name in (item.remote_id, item.about, item.root)}
    return {short_id(name) for name in names if name is not None}


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
    """By position, in the order above: a name for each of sixteen would double what it costs."""
    author, author_id = item.author, short_id(item.author.remote_id)
    return Arrival(
        item.kind.value,
        short_id(item.remote_id),
        short_id(item.about) if item.about else None,
        short_id(item.root) if item.root else None,
        server_scope(author_id, reading.server),
        author_id,
        clean(author.handle)[:MOST_HANDLE],
        clean_or_none(author.display_name),
        clean_or_none(of_the_web(author.url)),
        clean_or_none(of_the_web(author.avatar_url)),
        clean_or_none(item.title),
        clean(item.text),
        clean_or_none(item.language),
        clean_or_none(of_the_web(item.url)),
        # A clock that runs ahead must not hold the top of the inbox.
        min(as_kept(item.said_at), now),
        item.is_deleted,
    )
