"""How sources are watched: how often, what counts as a change, who must act."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.connector.errors import (
    Missing,
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
)
from domain.sources.rules import (
    FURTHER_DOWN,
    MOST_DIFFERENCE,
    PATIENCE,
    acting_party,
    difference,
    excerpt,
    fingerprint,
    next_try,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_failures_are_tried_again_later_and_later() -> None:
    waits = [next_try(failures, now=NOW) - NOW for failures in (1, 2, 3, 40)]

    assert waits == [timedelta(minutes=m) for m in (15, 30, 60, 24 * 60)]


@pytest.mark.parametrize(
    ("error", "party"),
    [
        (Unavailable("."), "network"),
        (OutcomeUnknown("."), "network"),
        (RateLimited(".", until=None), "network"),
        (Missing("."), "user"),
        (Refused("."), "user"),
    ],
)
def test_a_person_must_act_where_the_other_side_will_not_come_round(
    error: NetworkError, party: str
) -> None:
    assert acting_party(error, 1) == party
    assert acting_party(error, PATIENCE) == "user"


def test_spaces_and_line_breaks_are_no_change() -> None:
    assert fingerprint("Entrée :\n 10 francs") == fingerprint(" Entrée : 10\n\nfrancs ")
    assert fingerprint("10 francs") != fingerprint("12 francs")


def test_a_difference_tells_what_went_and_what_came() -> None:
    before, after = "Musée\nEntrée : 10 francs\nOuvert", "Musée\nEntrée : 12 francs\nOuvert\nLundi"

    assert difference(before, after) == "-Entrée : 10 francs\n+Entrée : 12 francs\n+Lundi"


def test_a_difference_beyond_what_is_kept_is_told_as_such() -> None:
    assert difference("a", "a") == FURTHER_DOWN


def test_a_difference_and_an_excerpt_are_never_endless() -> None:
    long = "\n".join(f"ligne {number} " + "x" * 500 for number in range(1000))

    assert len(difference("", long)) == MOST_DIFFERENCE
    assert len(excerpt(long)) <= 300
    assert excerpt("a\n b") == "a b"
