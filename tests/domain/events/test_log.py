"""The log under many writers: readers miss nothing, numbers have no gaps, order is commits'."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from domain.events.kinds import EventKind
from domain.events.queries import list_events
from domain.events.service import record
from domain.events.shapes import EventView
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.ids import new_id, read
from domain.kernel.nudges import Nudges
from domain.kernel.pages import PageRequest
from domain.kernel.settings import Settings
from tests.conftest import NOW
from tests.engines import Servers
from tests.world import make_workspace

WRITERS, TURNS, CONNECTIONS = 40, 5, 20
KIND = EventKind.COMMUNITY_CHANGED


@dataclass
class Reader:
    """Follows its cursor, as a client of `/v1/events` does, a few events at a time."""

    database: Database
    workspace_id: UUID
    cursor: str | None = None
    seen: list[EventView] = field(default_factory=list)

    async def read(self) -> bool:
        """One page; whether it brought anything."""
        async with self.database.transaction(self.workspace_id) as session:
            page = await list_events(
                session, worker(self.workspace_id), PageRequest(7, self.cursor), kinds=[KIND]
            )
        self.cursor = page.page.next_cursor or self.cursor
        self.seen += page.data
        return bool(page.data)

    async def follow(self, writing: "asyncio.Future[list[None]]") -> None:
        while not writing.done():
            await self.read()
            await asyncio.sleep(0)
        while await self.read():
            pass


@dataclass
class Writers:
    """What was committed, and when, and what was not."""

    database: Database
    workspace_id: UUID
    committed: dict[UUID, tuple[float, float]] = field(default_factory=dict)
    """By subject: when its commit began and when it was over."""
    refused: list[UUID] = field(default_factory=list)

    async def write(self, seed: int) -> None:
        """Some transactions: short and long ones, one or several events, some rolled back."""
        chance = random.Random(seed)  # noqa: S311 - a test's dice
        for _ in range(TURNS):
            subjects = [new_id() for _ in range(chance.randint(1, 3))]
            fails = chance.random() < 0.2
            try:
                began = await self._change(subjects, chance.random() * 0.04, fails=fails)
            except RuntimeError:
                self.refused += subjects
            else:
                self.committed |= dict.fromkeys(subjects, (began, monotonic()))

    async def _change(self, subjects: Sequence[UUID], held_s: float, *, fails: bool) -> float:
        async with self.database.transaction(self.workspace_id) as session:
            connection = await session.connection()
            for subject in subjects:
                record(session, worker(self.workspace_id), KIND, ("community", subject), now=NOW)
            # The transaction stays open, its events already recorded, while others commit.
            await connection.execute(text("SELECT pg_sleep(:held)"), {"held": held_s})
            if fails:
                raise RuntimeError("rolled back")
            return monotonic()


@pytest.fixture
async def many(settings: Settings, database: Database) -> Database:
    return await Database.open(
        settings.database_url.get_secret_value(),
        Nudges(database._nudges._pool),
        pool_size=CONNECTIONS,
        read_pool_size=1,
        statement_cache_size=256,
    )


async def test_a_reader_misses_nothing_while_many_write(many: Database) -> None:
    workspace_id = await make_workspace(many)
    writers = Writers(many, workspace_id)
    readers = [Reader(many, workspace_id) for _ in range(3)]

    writing = asyncio.gather(*(writers.write(seed) for seed in range(WRITERS)))
    await asyncio.gather(writing, *(reader.follow(writing) for reader in readers))
    await many.close()

    first, *others = readers
    subjects = [read("com", event.subject_id) for event in first.seen]
    numbers = [event.number for event in first.seen]
    assert sorted(subjects) == sorted(writers.committed)
    assert len(writers.refused) > 10
    assert numbers == list(range(numbers[0], numbers[0] + len(subjects)))
    assert numbers[0] == 2
    assert [other.seen for other in others] == [first.seen] * 2
    assert out_of_order([writers.committed[subject] for subject in subjects]) == []


def out_of_order(commits: Sequence[tuple[float, float]]) -> list[int]:
    """Places of commits that were over before one with a smaller number had begun."""
    latest, found = 0.0, []
    for place, (began, over) in enumerate(commits):
        if over < latest:
            found.append(place)
        latest = max(latest, began)
    return found


def test_commits_out_of_order_are_caught() -> None:
    assert out_of_order([(1, 2), (1.5, 3), (2.5, 4)]) == []
    assert out_of_order([(5, 6), (1, 2), (7, 8)]) == [1]


async def test_what_is_recorded_first_and_committed_last_comes_last(many: Database) -> None:
    workspace_id = await make_workspace(many)
    reader, caller = Reader(many, workspace_id), worker(workspace_id)
    slow, quick = new_id(), new_id()

    async with many.transaction(workspace_id) as held:
        record(held, caller, KIND, ("community", slow), now=NOW)
        await (await held.connection()).execute(text("SELECT 1"))
        async with many.transaction(workspace_id) as session:
            record(session, caller, KIND, ("community", quick), now=NOW)
        await reader.read()
        between = [read("com", event.subject_id) for event in reader.seen]
    await reader.read()
    await many.close()

    assert between == [quick]
    assert [read("com", event.subject_id) for event in reader.seen] == [quick, slow]


async def test_a_log_numbered_when_it_is_written_would_be_missed(
    servers: Servers,
) -> None:
    """Why numbers are taken last: the same reader on an ordinary identity column."""
    servers.make("parvis_naive")
    one, two = [await asyncpg.connect(servers.owner_url("parvis_naive")) for _ in range(2)]
    await one.execute("CREATE TABLE naive (number bigint GENERATED ALWAYS AS IDENTITY, name text)")
    held = one.transaction()
    await held.start()
    await one.execute("INSERT INTO naive (name) VALUES ('slow')")
    await two.execute("INSERT INTO naive (name) VALUES ('quick')")
    seen = await two.fetch("SELECT number, name FROM naive WHERE number > 0")
    await held.commit()
    seen += await two.fetch("SELECT number, name FROM naive WHERE number > $1", seen[-1]["number"])
    await one.close()
    await two.close()
    servers.engines.drop_database("parvis_naive")

    assert [row["name"] for row in seen] == ["quick"]
