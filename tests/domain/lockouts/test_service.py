import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from domain.kernel.database import Database
from domain.lockouts.rules import FORGOTTEN_AFTER
from domain.lockouts.service import (
    Subject,
    count_failure,
    forget_failures,
    forgive,
    wait_of,
)

QUARTER = timedelta(minutes=15)


@pytest.fixture
def pair() -> Subject:
    return Subject("sign_in", (uuid4().bytes,))


@pytest.fixture
def place() -> Subject:
    return Subject("sign_in.place", (uuid4().bytes,))


async def fail(database: Database, *subjects: Subject, now: datetime, times: int = 1) -> None:
    for _ in range(times):
        async with database.transaction(None) as session:
            await count_failure(session, dict.fromkeys(subjects, 0), now=now)


async def wait(database: Database, most: dict[Subject, int], *, now: datetime) -> datetime | None:
    async with database.transaction(None) as session:
        return await wait_of(session, most, lock=QUARTER, now=now)


async def test_each_subject_has_a_count_of_its_own(
    database: Database, pair: Subject, place: Subject, now: datetime
) -> None:
    await fail(database, pair, place, now=now, times=2)
    await fail(database, place, now=now)

    assert await wait(database, {pair: 3, place: 4}, now=now) is None
    assert await wait(database, {pair: 3, place: 3}, now=now) == now + QUARTER
    assert await wait(database, {pair: 2, place: 2}, now=now) == now + 2 * QUARTER


async def test_a_lock_ends(database: Database, pair: Subject, now: datetime) -> None:
    await fail(database, pair, now=now, times=3)

    assert await wait(database, {pair: 3}, now=now + QUARTER) is None


async def test_a_day_without_failures_forgets_them(
    database: Database, pair: Subject, now: datetime
) -> None:
    later = now + FORGOTTEN_AFTER + timedelta(seconds=1)
    await fail(database, pair, now=now, times=9)
    await fail(database, pair, now=later)

    assert await wait(database, {pair: 2}, now=later) is None
    assert await wait(database, {pair: 1}, now=later) == later + QUARTER


async def test_proof_forgets_one_subject_alone(
    database: Database, pair: Subject, place: Subject, now: datetime
) -> None:
    await fail(database, pair, place, now=now)
    async with database.transaction(None) as session:
        await forgive(session, pair)

    assert await wait(database, {pair: 1}, now=now) is None
    assert await wait(database, {place: 1}, now=now) == now + QUARTER


async def test_failures_at_once_are_all_counted(
    database: Database, pair: Subject, place: Subject, now: datetime
) -> None:
    await asyncio.gather(
        *(fail(database, pair, place, now=now) for _ in range(4)),
        *(fail(database, place, pair, now=now) for _ in range(4)),
    )

    assert await wait(database, {pair: 9}, now=now) is None
    assert await wait(database, {pair: 8}, now=now) == now + QUARTER


async def test_what_no_longer_counts_is_deleted(
    database: Database, pair: Subject, place: Subject, now: datetime
) -> None:
    await fail(database, pair, now=now)
    await fail(database, place, now=now + timedelta(seconds=1))
    async with database.transaction(None) as session:
        await forget_failures(session, now=now + FORGOTTEN_AFTER + timedelta(seconds=1))

    assert await wait(database, {pair: 1}, now=now) is None
    assert await wait(database, {place: 1}, now=now) is not None
