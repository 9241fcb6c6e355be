"""Conversations of an arriving page: which thread each written mention belongs to.

root  the network names the first message             → that thread
about answers a mention we hold, or an answer of ours → the thread that stands in
      answers a later message of a thread of ours    → the thread of its first
      answers anything else                           → the thread that begins there
else                                                  → a thread of its own
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from domain.kernel.caller import Caller
from domain.kernel.columns import joined
from domain.kernel.ids import new_id
from domain.mentions import statements
from domain.mentions.arrivals import Arrival
from domain.mentions.ours import Ours
from domain.mentions.rules import WRITTEN
from domain.mentions.shapes import Reading
from domain.mentions.standing import Key, Standing


@dataclass(frozen=True, slots=True, eq=False)
class Thread:
    """A conversation that is there, or will be as soon as a new mention counts in it."""

    id: UUID
    root: str
    post_id: UUID | None


async def find_threads(
    raw: asyncpg.Connection,
    caller: Caller,
    reading: Reading,
    arrivals: Iterable[Arrival],
    ours: Ours,
    standing: Standing,
) -> dict[Key, Thread]:
    """The thread of each new mention that is written, by kind and remote id."""
    written = [each for each in arrivals if each.kind in WRITTEN]
    if not written:
        return {}
    roots = await _roots(raw, caller, written, {**ours.threads, **standing.threads}, ours.firsts)
    abouts: dict[str, set[str]] = {}
    for each in written:
        named = abouts.setdefault(roots[each.kind, each.remote_id], set())
        if each.about is not None:
            named.add(each.about)
    await raw.execute(statements.PLAN_ANEW)
    rows = await raw.fetch(
        statements.CONVERSATIONS, caller.workspace_id, reading.account_id, list(abouts)
    )
    await raw.execute(statements.PLAN_AS_USUAL)
    known: dict[str, UUID] = {row["root"]: row["id"] for row in rows}
    threads = {
        root: Thread(known.get(root) or new_id(), root, _post_of((root, *named), ours))
        for root, named in abouts.items()
    }
    return {key: threads[root] for key, root in roots.items()}


async def _roots(
    raw: asyncpg.Connection,
    caller: Caller,
    written: Iterable[Arrival],
    threads: Mapping[str, UUID],
    firsts: Mapping[str, str],
) -> dict[Key, str]:
    """What began the thread of each."""
    known = {**firsts, **await _began(raw, caller, written, threads)}
    roots: dict[Key, str] = {}
    for each in sorted(written, key=lambda one: one.said_at):
        about = each.about
        root = each.root or (known.get(about, about) if about else each.remote_id)
        roots[each.kind, each.remote_id] = root
        known.setdefault(each.remote_id, root)
    return roots


async def _began(
    raw: asyncpg.Connection,
    caller: Caller,
    written: Iterable[Arrival],
    threads: Mapping[str, UUID],
) -> dict[str, str]:
    """What began the threads that are answered in without their root, by what is answered."""
    asked = {
        each.about: threads[each.about]
        for each in written
        if each.root is None and each.about is not None and each.about in threads
    }
    if not asked:
        return {}
    rows = await raw.fetch(statements.THREADS, caller.workspace_id, list(set(asked.values())))
    roots: dict[UUID, str] = {row["id"]: row["root"] for row in rows}
    return {name: roots[id_] for name, id_ in asked.items()}


async def put_threads(
    raw: asyncpg.Connection,
    whose: tuple[object, ...],
    stood: Iterable[Thread | None],
    arrivals: Iterable[Arrival],
) -> None:
    """Counts new mentions in their conversations, and begins those that are not there."""
    said: dict[Thread, list[datetime]] = {}
    for thread, arrival in zip(stood, arrivals, strict=True):
        if thread is not None:
            said.setdefault(thread, []).append(arrival.said_at)
    if said:
        await raw.execute(
            statements.PUT_CONVERSATIONS,
            *whose,
            joined(thread.id.hex for thread in said),
            joined(thread.root for thread in said),
            joined(thread.post_id.hex if thread.post_id else None for thread in said),
            joined(str(len(moments)) for moments in said.values()),
            joined(max(moments).isoformat() for moments in said.values()),
        )


def _post_of(named: Sequence[str], ours: Ours) -> UUID | None:
    return next((ours.posts[name][0] for name in named if name in ours.posts), None)
