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


@dataclass(frozen=True, slots=True)
class Threads:
    """The threads of a page's new mentions."""

    of: Sequence[Thread | None]
    """In the order of the page; None for what nobody wrote."""
    said: Mapping[Thread, Sequence[datetime]]
    """When something was said in each."""


@dataclass(frozen=True, slots=True)
class Began:
    """What began conversations, as far as they stand."""

    roots: Mapping[str, str]
    """By the remote id of what is answered in one."""
    ids: Mapping[str, UUID]
    """The conversations, by what began them."""


async def find_began(
    raw: asyncpg.Connection,
    caller: Caller,
    reading: Reading,
    arrivals: Iterable[Arrival],
    ours: Ours,
    standing: Standing,
) -> Began:
    """What began the conversations that new mentions may belong to."""
    threads = {**ours.threads, **standing.threads}
    asked = {
        each.about: threads[each.about]
        for each in arrivals
        if each.root is None and each.about in threads and each.kind in WRITTEN
    }
    found = await _look_up(raw, caller, reading, asked.values(), ours.firsts.values())
    return Began(
        {**ours.firsts, **{about: found[id_] for about, id_ in asked.items()}},
        {**standing.begun, **{root: id_ for id_, root in found.items()}},
    )


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


def threads_of(arrivals: Sequence[Arrival], ours: Ours, began: Began) -> Threads:
    """Where each new mention that is written belongs."""
    begun_by = _roots((each for each in arrivals if each.kind in WRITTEN), began)
    roots = [begun_by.get((each.kind, each.remote_id)) for each in arrivals]
    abouts: dict[str, set[str]] = {}
    said: dict[str, list[datetime]] = {}
    for each, root in zip(arrivals, roots, strict=True):
        if root is not None:
            abouts.setdefault(root, set()).add(each.about or root)
            said.setdefault(root, []).append(each.said_at)
    threads = {
        root: Thread(began.ids.get(root) or new_id(), root, _post_of((root, *named), ours))
        for root, named in abouts.items()
    }
    return Threads(
        [None if root is None else threads[root] for root in roots],
        {threads[root]: moments for root, moments in said.items()},
    )


def _roots(written: Iterable[Arrival], began: Began) -> dict[Key, str]:
    """What began the thread of each."""
    known = dict(began.roots)
    roots: dict[Key, str] = {}
    for each in sorted(written, key=lambda one: one.said_at):
        about = each.about
        root = each.root or (known.get(about, about) if about else each.remote_id)
        roots[each.kind, each.remote_id] = root
        known.setdefault(each.remote_id, root)
    return roots


def _post_of(named: Iterable[str], ours: Ours) -> UUID | None:
    return next((ours.posts[name][0] for name in named if name in ours.posts), None)


async def put_threads(
    raw: asyncpg.Connection,
    whose: tuple[object, ...],
    said: Mapping[Thread, Sequence[datetime]],
) -> None:
    """Counts new mentions in their conversations, and begins those that are not there."""
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
