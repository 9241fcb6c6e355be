"""Conversations of an arriving page: which thread each written mention belongs to.

root  the network names the first message             → that thread
about answers a mention we hold, or an answer of ours → the thread that stands in
      answers anything else                           → the thread that begins there
else                                                  → a thread of its own
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from domain.kernel.caller import Caller
from domain.kernel.ids import new_id
from domain.mentions import statements
from domain.mentions.arrivals import Arrival
from domain.mentions.ours import Ours
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
    ours: Ours,
) -> dict[Key, Thread]:
    """The thread of each written mention, by kind and remote id."""
    written = [each for each in arrivals if each.kind in WRITTEN]
    if not written:
        return {}
    roots = await _roots(raw, caller, reading, written, ours)
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
        root: Thread(known.get(root) or new_id(), root, _post_of((root, *named), ours))
        for root, named in abouts.items()
    }
    return {key: threads[root] for key, root in roots.items()}


async def _roots(
    raw: asyncpg.Connection,
    caller: Caller,
    reading: Reading,
    written: Sequence[Arrival],
    ours: Ours,
) -> dict[Key, str]:
    asked = {each.about for each in written if each.root is None and each.about is not None}
    known = await _standing(raw, caller, reading, asked, ours) if asked else {}
    roots: dict[Key, str] = {}
    for each in sorted(written, key=lambda one: one.said_at):
        about = each.about
        root = each.root or (known.get(about, about) if about else each.remote_id)
        roots[each.kind, each.remote_id] = root
        known.setdefault(each.remote_id, root)
    return roots


async def _standing(
    raw: asyncpg.Connection, caller: Caller, reading: Reading, asked: Collection[str], ours: Ours
) -> dict[str, str]:
    """What began the threads that these stand in already, by their remote ids."""
    rows = await raw.fetch(statements.THEIRS, caller.workspace_id, reading.account_id, list(asked))
    threads = {name: ours.threads[name] for name in asked if name in ours.threads}
    threads |= {row["remote_id"]: row["conversation_id"] for row in rows}
    if not threads:
        return {}
    rows = await raw.fetch(statements.THREADS, caller.workspace_id, list(set(threads.values())))
    roots: dict[UUID, str] = {row["id"]: row["root"] for row in rows}
    return {name: roots[id_] for name, id_ in threads.items()}


def _post_of(named: Sequence[str], ours: Ours) -> UUID | None:
    return next((ours.posts[name][0] for name in named if name in ours.posts), None)
