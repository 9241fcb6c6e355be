"""Workers go by PostgreSQL's clock, and by nothing else between two looks at it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from domain.kernel.database import Database
from tests.conftest import NOW
from workers import timekeeping
from workers.timekeeping import DatabaseClock


@dataclass
class Machine:
    """Its steady clock, moved by hand, and a database whose answers take their time."""

    seconds: float = 1000.0
    answer_s: float = 0.0
    at_s: float = 0.0
    """What the database shows, since `NOW`."""

    def __call__(self) -> float:
        return self.seconds

    async def fetchval(self, query: str) -> datetime:
        assert query == "SELECT clock_timestamp()"
        self.seconds += self.answer_s
        return NOW + timedelta(seconds=self.at_s)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    monkeypatch.setattr(timekeeping, "monotonic", made)
    return made


async def test_time_goes_on_with_the_steady_clock_and_is_never_ahead(machine: Machine) -> None:
    machine.answer_s = 0.5
    clock = await DatabaseClock.of(machine)
    at_once = clock()
    machine.seconds += 7

    assert (at_once, clock()) == (NOW, NOW + timedelta(seconds=7))


@pytest.mark.parametrize("jump_s", [3600.0, -3600.0])
async def test_a_jump_of_the_database_is_followed_at_the_next_look(
    machine: Machine, jump_s: float
) -> None:
    clock = await DatabaseClock.of(machine)
    machine.at_s += jump_s

    await clock.look(machine)

    assert clock() == NOW + timedelta(seconds=jump_s)


async def test_an_answer_that_took_long_changes_nothing(machine: Machine) -> None:
    clock = await DatabaseClock.of(machine)
    machine.answer_s, machine.at_s = 1.5, -20.0

    await clock.look(machine)

    assert clock() == NOW + timedelta(seconds=1.5)


async def test_it_shows_what_postgresql_shows(database: Database) -> None:
    clock = await DatabaseClock.of(database.reads)

    shown = clock()
    told = await database.reads.fetchval("SELECT clock_timestamp()")

    assert timedelta(0) <= told - shown < timedelta(seconds=1)
