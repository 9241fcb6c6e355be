"""Where calendars are asked for, when again, and when an occasion is near."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.occasions.rules import address, next_try, proposing
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("webcal://example.org/a.ics", "https://example.org/a.ics"),
        ("http://example.org/a.ics", "http://example.org/a.ics"),
        ("https://example.org/webcal:", "https://example.org/webcal:"),
    ],
)
def test_webcal_is_a_name_for_https(given: str, asked: str) -> None:
    assert address(given) == asked


def test_a_broken_calendar_is_tried_again_later_and_later_up_to_a_day() -> None:
    waits = [next_try(failures, now=NOW) - NOW for failures in (1, 2, 3, 9, 50)]

    assert waits == [
        timedelta(minutes=5),
        timedelta(minutes=10),
        timedelta(minutes=20),
        timedelta(minutes=1280),
        timedelta(days=1),
    ]


def test_an_occasion_is_near_from_the_midnight_of_the_community_on() -> None:
    assert proposing(date(2027, 4, 1), 7, "Europe/Zurich") == (
        date(2027, 3, 25),
        datetime(2027, 3, 24, 23, tzinfo=UTC),
    )
    assert proposing(date(2027, 4, 1), None, "Europe/Zurich") == (None, None)
