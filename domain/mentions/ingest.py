"""Takes in a page that an inbox handed out: nothing twice, nothing of our own, one event.

    items → cleaned, each once → authors → threads → mentions, counts and words in one statement

A page read again changes nothing and leaves no event.
"""

from collections.abc import Collection, Iterable, Sequence
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
from domain.mentions.ours import find_ours
from domain.mentions.people import put_authors
from domain.mentions.rules import MentionStatus, is_baseline
from domain.mentions.shapes import Ingested, Reading
from domain.mentions.threads import find_threads


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
    ours = await find_ours(raw, caller, reading, arrivals)
    people = await put_authors(raw, caller, reading, arrivals, now=now)
    threads = await find_threads(raw, caller, reading, arrivals, ours)
    await raw.execute(statements.PLAN_AS_USUAL)
    ids = [new_id() for _ in arrivals]
    is_old = [
        is_baseline(each.said_at, reading.connected_at, is_first_reading=reading.is_first)
        for each in arrivals
    ]
    stood = [threads.get((each.kind, each.remote_id)) for each in arrivals]
    distinct = {thread.id: thread for thread in threads.values()}.values()
    put = await raw.fetchrow(
        statements.PUT_MENTIONS,
        caller.workspace_id,
        reading.account_id,
        reading.community_id,
        reading.network,
        now,
        ids,
        *_said(arrivals),
        [people[each.author_server, each.author_remote_id] for each in arrivals],
        [thread.id if thread else None for thread in stood],
        *zip(*(ours.post_of(each) for each in arrivals), strict=True),
        [(MentionStatus.ARCHIVED if old else MentionStatus.OPEN).value for old in is_old],
        [now if old else None for old in is_old],
        [thread.id for thread in distinct],
        [thread.root for thread in distinct],
        [thread.post_id for thread in distinct],
    )
    old_news = {id_ for id_, old in zip(ids, is_old, strict=True) if old}
    return _ingested(put, old_news)


def _ingested(put: asyncpg.Record | None, old_news: Collection[UUID]) -> Ingested:
    new_ids = put["new"] or () if put else ()
    return Ingested(
        new_ids=tuple(id_ for id_ in new_ids if id_ not in old_news),
        baseline_ids=tuple(id_ for id_ in new_ids if id_ in old_news),
        changed_ids=tuple(put["changed"] or ()) if put else (),
    )


def _said(arrivals: Sequence[Arrival]) -> tuple[list[object], ...]:
    """What came with each, in the order of `PUT_MENTIONS`."""
    return (
        [each.kind for each in arrivals],
        [each.remote_id for each in arrivals],
        [each.about for each in arrivals],
        [each.author_handle for each in arrivals],
        [each.author_name for each in arrivals],
        [each.author_avatar_url for each in arrivals],
        [each.title for each in arrivals],
        [each.text for each in arrivals],
        [each.language for each in arrivals],
        [each.url for each in arrivals],
        [each.said_at for each in arrivals],
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
