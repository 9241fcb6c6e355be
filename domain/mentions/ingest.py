"""Takes in a page that an inbox handed out: nothing twice, nothing of our own, one event.

    items → cleaned, each once → what stands already → authors
          → new ones: threads, mentions and their words
          → ones that say something else, or are there again

A page read again changes nothing and leaves no event.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.words import InboxItem
from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.database import driver_of
from domain.kernel.ids import new_id, show
from domain.mentions import statements
from domain.mentions.arrivals import Arrival, arrivals_of
from domain.mentions.ours import Ours, find_ours
from domain.mentions.people import Identity, put_authors
from domain.mentions.rules import is_baseline
from domain.mentions.sent import NewMention, columns_of
from domain.mentions.shapes import Ingested, Reading
from domain.mentions.standing import Standing, find_standing
from domain.mentions.threads import Thread, find_threads, put_threads


async def ingest(
    session: AsyncSession,
    caller: Caller,
    reading: Reading,
    items: Iterable[InboxItem],
    *,
    now: datetime,
) -> Ingested:
    """What was new, edited or deleted in a page of an account's inbox."""
    arrivals = arrivals_of(items, reading, now=now)
    if not arrivals:
        return Ingested()
    # What the session still holds must be there before statements that go around it.
    await session.flush()
    raw = await driver_of(session)
    await raw.execute(statements.LOCK, str(reading.account_id))
    alive = [each for each in arrivals if not each.is_deleted]
    gone = [each for each in arrivals if each.is_deleted]
    found = Ingested()
    if alive:
        found = await _put(raw, caller, reading, alive, now=now)
    if gone:
        found = found.with_deleted(await _delete(raw, caller, reading, gone, now=now))
    _record(session, caller, reading, found, now)
    return found


async def _put(
    raw: asyncpg.Connection,
    caller: Caller,
    reading: Reading,
    arrivals: Sequence[Arrival],
    *,
    now: datetime,
) -> Ingested:
    standing = await find_standing(raw, caller, reading, arrivals)
    people = await put_authors(raw, caller, reading, arrivals, now=now)
    fresh = [each for each in arrivals if standing.is_new(each)]
    found = Ingested()
    if fresh:
        found = await _add(raw, caller, reading, fresh, standing, people, now=now)
    changed = {id_: each for each in arrivals if (id_ := standing.changed_by(each))}
    if changed:
        await _change(raw, caller, changed, now=now)
    return replace(found, changed_ids=tuple(changed))


async def _add(
    raw: asyncpg.Connection,
    caller: Caller,
    reading: Reading,
    arrivals: Sequence[Arrival],
    standing: Standing,
    people: Mapping[Identity, UUID],
    *,
    now: datetime,
) -> Ingested:
    ours = await find_ours(raw, caller, reading, arrivals)
    threads = await find_threads(raw, caller, reading, arrivals, ours, standing)
    await raw.execute(statements.PLAN_AS_USUAL)
    stood = [threads.get((each.kind, each.remote_id)) for each in arrivals]
    whose = caller.workspace_id, reading.account_id, reading.community_id, reading.network, now
    async with _during(put_threads(raw, whose, stood, arrivals)):
        new = [
            _new(each, thread, people, ours, reading)
            for each, thread in zip(arrivals, stood, strict=True)
        ]
        columns = columns_of(new)
    await raw.execute(statements.PUT_MENTIONS, *whose, *columns)
    return Ingested(
        new_ids=tuple(each.id for each in new if not each.is_baseline),
        baseline_ids=tuple(each.id for each in new if each.is_baseline),
    )


@asynccontextmanager
async def _during(statement: Awaitable[object]) -> AsyncIterator[None]:
    """Sends a statement, and waits for it when what can be done meanwhile is done."""
    sent = asyncio.ensure_future(statement)
    try:
        await asyncio.sleep(0)
        yield
    finally:
        await sent


def _new(
    arrival: Arrival,
    thread: Thread | None,
    people: Mapping[Identity, UUID],
    ours: Ours,
    reading: Reading,
) -> NewMention:
    return NewMention(
        id=new_id(),
        arrival=arrival,
        author_id=people[arrival.author_server, arrival.author_remote_id],
        conversation_id=thread.id if thread else None,
        post=ours.post_of(arrival),
        is_baseline=is_baseline(
            arrival.said_at, reading.connected_at, is_first_reading=reading.is_first
        ),
    )


async def _change(
    raw: asyncpg.Connection, caller: Caller, changed: Mapping[UUID, Arrival], *, now: datetime
) -> None:
    await raw.execute(
        statements.CHANGE_MENTIONS,
        caller.workspace_id,
        now,
        list(changed),
        [each.title for each in changed.values()],
        [each.text for each in changed.values()],
        [each.language for each in changed.values()],
        [each.url for each in changed.values()],
    )


async def _delete(
    raw: asyncpg.Connection,
    caller: Caller,
    reading: Reading,
    arrivals: Sequence[Arrival],
    *,
    now: datetime,
) -> tuple[UUID, ...]:
    rows = await raw.fetch(
        statements.DELETE_MENTIONS,
        caller.workspace_id,
        reading.account_id,
        now,
        [each.kind for each in arrivals],
        [each.remote_id for each in arrivals],
    )
    return tuple(row["id"] for row in rows)


def _record(
    session: AsyncSession, caller: Caller, reading: Reading, found: Ingested, now: datetime
) -> None:
    """One event for each thing that happened to the batch; it names its members."""
    happened: tuple[tuple[str, dict[str, tuple[UUID, ...]]], ...] = (
        (
            "mentions.received",
            {"mention_ids": found.new_ids, "baseline_ids": found.baseline_ids},
        ),
        ("mentions.changed", {"mention_ids": found.changed_ids}),
        ("mentions.deleted", {"mention_ids": found.deleted_ids}),
    )
    for kind, members in happened:
        data = {name: [show("men", id_) for id_ in ids] for name, ids in members.items()}
        if any(data.values()):
            record(session, caller, kind, ("account", reading.account_id), now=now, data=data)
