"""Takes in a page that an inbox handed out: nothing twice, nothing of our own, one event.

    items → cleaned, each once → authors → threads → mentions, counts and words in one statement

A page read again changes nothing and leaves no event.
"""

from collections.abc import Iterable, Mapping, Sequence
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
from domain.mentions.people import put_authors
from domain.mentions.rules import MentionStatus, is_baseline
from domain.mentions.shapes import Ingested, Reading
from domain.mentions.threads import Thread, find_threads

Key = tuple[str, str]
Posts = Mapping[str, tuple[UUID, str]]
NO_POST: tuple[None, None] = (None, None)


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
    posts = await _posts(raw, caller, reading, arrivals)
    people = await put_authors(raw, caller, reading, arrivals, now=now)
    threads = await find_threads(raw, caller, reading, arrivals, posts)
    rows = [
        _row(each, people[each.author_server, each.author_remote_id], threads, posts, reading, now)
        for each in arrivals
    ]
    distinct = list({thread.id: thread for thread in threads.values()}.values())
    put = await raw.fetchrow(
        statements.PUT_MENTIONS,
        caller.workspace_id,
        reading.account_id,
        reading.community_id,
        reading.network,
        now,
        *(list(column) for column in zip(*rows, strict=True)),
        [thread.id for thread in distinct],
        [thread.root for thread in distinct],
        [thread.post_id for thread in distinct],
    )
    old_news = {row[0] for row in rows if row[-1] is not None}
    new_ids = put["new"] or () if put else ()
    return Ingested(
        new_ids=tuple(id_ for id_ in new_ids if id_ not in old_news),
        baseline_ids=tuple(id_ for id_ in new_ids if id_ in old_news),
        changed_ids=tuple(put["changed"] or ()) if put else (),
    )


async def _posts(
    raw: asyncpg.Connection, caller: Caller, reading: Reading, arrivals: Sequence[Arrival]
) -> dict[str, tuple[UUID, str]]:
    """Our posts that these are about, by the remote id of what the account published."""
    named = {each.about for each in arrivals} | {each.root for each in arrivals}
    rows = await raw.fetch(
        statements.POSTS, caller.workspace_id, reading.account_id, list(named - {None})
    )
    return {row["remote_id"]: (row["id"], row["title"]) for row in rows}


def _row(
    arrival: Arrival,
    author_id: UUID,
    threads: Mapping[Key, Thread],
    posts: Posts,
    reading: Reading,
    now: datetime,
) -> tuple[object, ...]:
    """A mention in the order of `PUT_MENTIONS`; `read_at`, the last, tells old news."""
    is_old = is_baseline(arrival.said_at, reading.connected_at, is_first_reading=reading.is_first)
    post_id, post_title = posts.get(arrival.about or "") or posts.get(arrival.root or "") or NO_POST
    thread = threads.get((arrival.kind, arrival.remote_id))
    return (
        new_id(),
        arrival.kind,
        arrival.remote_id,
        arrival.about,
        author_id,
        arrival.author_handle,
        arrival.author_name,
        arrival.author_avatar_url,
        thread.id if thread else None,
        post_id,
        post_title,
        arrival.title,
        arrival.text,
        arrival.language,
        arrival.url,
        arrival.said_at,
        MentionStatus.ARCHIVED.value if is_old else MentionStatus.OPEN.value,
        now if is_old else None,
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
