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
    threads = {**ours.threads, **standing.threads}
    asked = {
        each.about: threads[each.about]
        for each in written
        if each.root is None and each.about is not None and each.about in threads
    }
    found = await _look_up(raw, caller, reading, asked.values(), ours.firsts.values())
    roots = _roots(written, {**ours.firsts, **{name: found[id_] for name, id_ in asked.items()}})
    known = {**standing.begun, **{root: id_ for id_, root in found.items()}}
    abouts: dict[str, set[str]] = {}
    for each in written:
        named = abouts.setdefault(roots[each.kind, each.remote_id], set())
        if each.about is not None:
            named.add(each.about)
    begun = {
        root: Thread(known.get(root) or new_id(), root, _post_of((root, *named), ours))
        for root, named in abouts.items()
    }
    return {key: begun[root] for key, root in roots.items()}


async def _look_up(
    raw: asyncpg.Connection,
    caller: Caller,
    reading: Reading,
    ids: Iterable[UUID],
    roots: Iterable[str],
) -> dict[UUID, str]:
    """What began the conversations of these ids, and those that these began."""
    asked = list(set(ids)), list(set(roots))
    if not any(asked):
        return {}
    rows = await raw.fetch(statements.THREADS, caller.workspace_id, reading.account_id, *asked)
    return {row["id"]: row["root"] for row in rows}


def _roots(written: Iterable[Arrival], began: Mapping[str, str]) -> dict[Key, str]:
    """What began the thread of each; `began` says it of what they answer."""
    known = dict(began)
    roots: dict[Key, str] = {}
    for each in sorted(written, key=lambda one: one.said_at):
        about = each.about
        root = each.root or (known.get(about, about) if about else each.remote_id)
        roots[each.kind, each.remote_id] = root
        known.setdefault(each.remote_id, root)
    return roots


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
