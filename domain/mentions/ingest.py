"""Takes in a page that an inbox handed out: nothing twice, nothing of our own, one event.

    items → cleaned, each once → what stands already, what it is about
          → authors → new ones: threads, mentions and their words
          → ones that say something else, or are there again

A page read again changes nothing and leaves no event.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.words import InboxItem
from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.database import driver_of
from domain.kernel.ids import new_id, show
from domain.mentions import statements
from domain.mentions.arrivals import Arrival, arrivals_of, named_by
from domain.mentions.ours import Ours, find_ours
from domain.mentions.people import Identity, put_authors
from domain.mentions.rules import is_baseline
from domain.mentions.sent import NewMention, columns_of
from domain.mentions.shapes import Ingested, Reading
from domain.mentions.standing import Standing, find_standing
from domain.mentions.threads import Thread, Threads, find_began, put_threads, threads_of

T = TypeVar("T")


async def ingest(
    session: AsyncSession,
    caller: Caller,
    reading: Reading,
    items: Iterable[InboxItem],
    *,
    now: datetime,
) -> Ingested:
    """What was new, edited or deleted in a page of an account's inbox."""
    handed = list(items)
    if not handed:
        return Ingested()
    # What the session still holds must be there before statements that go around it.
    await session.flush()
    raw = await driver_of(session)
    await raw.execute(statements.LOCK, str(reading.account_id))
    async with _during(find_standing(raw, caller, reading, named_by(handed))) as found_standing:
        arrivals = arrivals_of(handed, reading, now=now)
    standing = found_standing.result()
    page = _Page(session, raw, caller, reading, now)
    alive = [each for each in arrivals if not each.is_deleted]
    found = await page.put(alive, standing) if alive else Ingested()
    if not standing.mentions:
        return found
    changed = {id_: each for each in alive if (id_ := standing.changed_by(each))}
    gone = [id_ for each in arrivals if (id_ := standing.gone_by(each))]
    if not (changed or gone):
        return found
    await page.change(changed, gone)
    return replace(found, changed_ids=tuple(changed), deleted_ids=tuple(gone))


@dataclass(frozen=True, slots=True)
class _Page:
    """A page that is taken in, in one transaction."""

    session: AsyncSession
    raw: asyncpg.Connection
    caller: Caller
    reading: Reading
    now: datetime

    async def put(self, arrivals: Sequence[Arrival], standing: Standing) -> Ingested:
        """Their authors, and what of them is new."""
        raw, caller, reading = self.raw, self.caller, self.reading
        fresh = [each for each in arrivals if standing.is_new(each)]
        ours = await find_ours(raw, caller, reading, fresh, standing)
        began = await find_began(raw, caller, reading, fresh, ours, standing)
        async with _during(put_authors(raw, caller, reading, arrivals, now=self.now)) as people:
            threads = threads_of(fresh, ours, began)
        return await self._add(fresh, threads, people.result(), ours) if fresh else Ingested()

    async def _add(
        self,
        arrivals: Sequence[Arrival],
        threads: Threads,
        people: Mapping[Identity, UUID],
        ours: Ours,
    ) -> Ingested:
        raw, caller, reading, now = self.raw, self.caller, self.reading, self.now
        whose = caller.workspace_id, reading.account_id, reading.community_id, reading.network, now
        async with _during(put_threads(raw, whose, threads.said)):
            new = [
                _new(each, thread, people, ours, reading)
                for each, thread in zip(arrivals, threads.of, strict=True)
            ]
            columns = columns_of(new)
        async with _during(raw.execute(statements.PUT_MENTIONS, *whose, *columns)):
            found = Ingested(
                new_ids=tuple(each.id for each in new if not each.is_baseline),
                baseline_ids=tuple(each.id for each in new if each.is_baseline),
            )
            self._tell("received", mention_ids=found.new_ids, baseline_ids=found.baseline_ids)
        return found

    async def change(self, changed: Mapping[UUID, Arrival], gone: Sequence[UUID]) -> None:
        await self.raw.execute(statements.PLAN_ANEW)
        await self.raw.execute(statements.HOLD, self.caller.workspace_id, [*changed, *gone])
        if changed:
            await self._edit(changed)
        if gone:
            await self._delete(gone)

    async def _edit(self, changed: Mapping[UUID, Arrival]) -> None:
        await self.raw.execute(
            statements.CHANGE_MENTIONS,
            self.caller.workspace_id,
            self.now,
            list(changed),
            [each.title for each in changed.values()],
            [each.text for each in changed.values()],
            [each.language for each in changed.values()],
            [each.url for each in changed.values()],
        )
        self._tell("changed", mention_ids=tuple(changed))

    async def _delete(self, gone: Sequence[UUID]) -> None:
        await self.raw.execute(statements.DELETE_MENTIONS, self.caller.workspace_id, self.now, gone)
        self._tell("deleted", mention_ids=tuple(gone))

    def _tell(self, what: str, **members: tuple[UUID, ...]) -> None:
        """One event for each thing that happened to the page; it names its members."""
        data = {name: [show("men", id_) for id_ in ids] for name, ids in members.items()}
        subject = ("account", self.reading.account_id)
        record(self.session, self.caller, f"mentions.{what}", subject, now=self.now, data=data)


@asynccontextmanager
async def _during(statement: Awaitable[T]) -> AsyncIterator[asyncio.Future[T]]:
    """Sends a statement, and waits for it when what can be done meanwhile is done."""
    sent = asyncio.ensure_future(statement)
    try:
        await asyncio.sleep(0)
        yield sent
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
