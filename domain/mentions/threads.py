"""Conversations of an arriving page: which thread each written mention belongs to.

root  the network names the first message             → that thread
about answers a mention we hold, or an answer of ours → the thread that stands in
      answers anything else                           → the thread that begins there
else                                                  → a thread of its own
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from domain.kernel.caller import Caller
from domain.kernel.ids import new_id
from domain.mentions import statements
from domain.mentions.arrivals import Arrival
from domain.mentions.rules import WRITTEN
from domain.mentions.shapes import Reading

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation that is there, or will be as soon as a new mention counts in it."""

    id: UUID
    root: str
    post_id: UUID | None


async def find_threads(
    raw: asyncpg.Connection,
    caller: Caller,
    reading: Reading,
    arrivals: Sequence[Arrival],
    posts: Mapping[str, tuple[UUID, str]],
) -> dict[Key, Thread]:
    """The thread of each written mention, by kind and remote id."""
    written = [each for each in arrivals if each.kind in WRITTEN]
    if not written:
        return {}
    roots = await _roots(raw, caller, reading, written)
    abouts: dict[str, set[str]] = {}
    for each in written:
        named = abouts.setdefault(roots[each.kind, each.remote_id], set())
        if each.about is not None:
            named.add(each.about)
    rows = await raw.fetch(
        statements.CONVERSATIONS, caller.workspace_id, reading.account_id, list(abouts)
    )
    known: dict[str, UUID] = {row["root"]: row["id"] for row in rows}
    threads = {
        root: Thread(known.get(root) or new_id(), root, _post_of((root, *named), posts))
        for root, named in abouts.items()
    }
    return {key: threads[root] for key, root in roots.items()}


async def _roots(
    raw: asyncpg.Connection, caller: Caller, reading: Reading, written: Sequence[Arrival]
) -> dict[Key, str]:
    asked = {each.about for each in written if each.root is None and each.about is not None}
    known: dict[str, str] = {}
    if asked:
        rows = await raw.fetch(
            statements.THREADS, caller.workspace_id, reading.account_id, list(asked)
        )
        known = {row["about"]: row["root"] for row in rows}
    roots: dict[Key, str] = {}
    for each in sorted(written, key=lambda one: one.said_at):
        about = each.about
        root = each.root or (known.get(about, about) if about else each.remote_id)
        roots[each.kind, each.remote_id] = root
        known.setdefault(each.remote_id, root)
    return roots


def _post_of(named: Sequence[str], posts: Mapping[str, tuple[UUID, str]]) -> UUID | None:
    return next((posts[name][0] for name in named if name in posts), None)
