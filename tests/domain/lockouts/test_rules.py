from datetime import UTC, datetime, timedelta

import pytest

from domain.lockouts.rules import locked_until

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize("failures", [0, 1, 9])
def test_few_failures_lock_nothing(failures: int) -> None:
    assert locked_until(failures, NOON, most=10, lock=QUARTER) is None


@pytest.mark.parametrize(
    ("failures", "minutes"), [(10, 15), (11, 30), (12, 60), (13, 60), (1_000_000, 60)]
)
def test_a_lock_doubles_twice_and_no_more(failures: int, minutes: int) -> None:
    end = locked_until(failures, NOON, most=10, lock=QUARTER)

    assert end == NOON + timedelta(minutes=minutes)
