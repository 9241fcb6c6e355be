"""What speaks for a candidate, and how much."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from domain.ideas.rules import CANDIDATE_TRANSITIONS, CandidateState, may_decide
from domain.ideas.scoring import Found, Reason, Signal, reasons

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OLD = timedelta(days=8)


def found(
    text: str, *, age: timedelta = OLD, title: str | None = None, picked: bool = False
) -> Found:
    return Found(title, text, NOW - age, picked)


@pytest.mark.parametrize(
    ("age", "points"),
    [
        (timedelta(), 25),
        (timedelta(days=1), 25),
        (timedelta(days=1, seconds=1), 15),
        (timedelta(days=3), 15),
        (timedelta(days=7), 5),
    ],
)
def test_the_fresher_the_better(age: timedelta, points: int) -> None:
    assert reasons(found("Rien.", age=age), (), now=NOW) == [Reason(Signal.FRESH, points)]


def test_what_is_old_and_says_nothing_of_note_has_no_reason() -> None:
    assert reasons(found("Rien.", title="Rien"), ["vigne"], now=NOW) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Qui taille ?", Reason(Signal.ASKS, 20)),
        ("x" * 281, Reason(Signal.SUBSTANTIAL, 10)),
    ],
)
def test_questions_and_long_texts_deserve_a_look(text: str, reason: Reason) -> None:
    assert reasons(found(text), (), now=NOW) == [reason]


def test_what_somebody_picked_deserves_one_however_fresh_it_is() -> None:
    for age in (timedelta(), OLD):
        picked = found("", age=age, picked=True)
        assert reasons(picked, (), now=NOW) == [Reason(Signal.PICKED, 30)]


@pytest.mark.parametrize(
    ("text", "house", "words"),
    [
        ("La VIGNE pleure", ["vigne", "lac"], ("vigne",)),
        ("Les vignerons", ["vigne"], ()),
        ("A l'ete, la fete", ["Été", "Fête"], ("Fête", "Été")),
        ("Le marché de Noël, samedi", ["Marché de Noël", "marché noël"], ("Marché de Noël",)),
        ("un vin, du vin", ["vin", "un", "?"], ("vin",)),
        (
            "a1 b22 c33 d44 e55 f66",
            ["f66", "b22", "c33", "d44", "e55"],
            ("b22", "c33", "d44", "e55"),
        ),
    ],
)
def test_words_of_the_house_count_whole_and_once(
    text: str, house: Sequence[str], words: tuple[str, ...]
) -> None:
    parts = reasons(found(text), house, now=NOW)

    assert parts == ([Reason(Signal.WORDS, 10 * len(words), words)] if words else [])


def test_a_title_counts_as_the_text_does() -> None:
    assert reasons(found("", title="La vigne ?"), ["vigne"], now=NOW) == [
        Reason(Signal.ASKS, 20),
        Reason(Signal.WORDS, 10, ("vigne",)),
    ]


def test_candidates_are_accepted_for_good_and_dismissed_until_accepted() -> None:
    drawn = {("open", "accepted"), ("open", "dismissed"), ("dismissed", "accepted")}

    assert CANDIDATE_TRANSITIONS.keys() == set(CandidateState)
    for old in CandidateState:
        for new in CandidateState:
            assert may_decide(old, new) is ((old, new) in drawn)
