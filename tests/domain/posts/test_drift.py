"""What is shown, held against what was sent."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.connector.words import Draft, Medium, Part, Poll, Ref, Shown
from domain.networks import find
from domain.posts.delivery_shapes import DriftCode, DriftView
from domain.posts.drift import DOUBT, LOOKS, MESSAGES, compare, next_look
from tests.conftest import NOW

TEXT = "Good morning, village! Bread at nine, cheese at ten."
PICTURE = Medium(b"", "image/png", "square.png", "The square in the sun")


def draft_of(*texts: str, media: tuple[Medium, ...] = ()) -> Draft:
    first, *rest = texts
    return Draft(key="d", parts=(Part(first, media), *(Part(text) for text in rest)))


def seen(draft: Draft, *shown: Shown | None) -> list[DriftView] | None:
    """On the sandbox, which shows words as they are sent."""
    connector = find("sandbox")
    assert connector is not None and connector.shows is not None  # noqa: PT018 - one fact
    refs = [Ref(str(number)) for number in range(len(shown))]
    told = {
        str(number): replace(each, remote_id=str(number))
        for number, each in enumerate(shown)
        if each
    }
    return compare(connector.shows, draft, refs, told)


def said(text: str, *alt_texts: str) -> Shown:
    return Shown("", text, alt_texts)


GONE = Shown("", is_gone=True)


def codes(found: list[DriftView] | None) -> list[tuple[str, int]]:
    assert found is not None
    return [(each.code.value, each.part) for each in found]


@pytest.mark.parametrize("text", [TEXT, TEXT.replace(" ", "\n\n "), f" {TEXT}\n"])
def test_same_words_are_no_drift_however_they_are_spaced(text: str) -> None:
    assert seen(draft_of(TEXT), said(text)) == []


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert seen(draft_of("Le marché"), said("Le marche\u0301")) == []


@pytest.mark.parametrize("mark", ["", "…", "...", " […]"])
def test_text_that_ends_early_is_truncated(mark: str) -> None:
    found = seen(draft_of(TEXT), said(f"Good morning, village!{mark}"))

    assert found == [
        DriftView(
            code=DriftCode.TRUNCATED, part=0, sent=TEXT, shown=f"Good morning, village!{mark}"
        )
    ]


def test_text_that_says_nothing_any_more_is_truncated() -> None:
    assert codes(seen(draft_of(TEXT), said(""))) == [("truncated", 0)]


@pytest.mark.parametrize("text", [f"{TEXT} Buy our shoes!", TEXT.replace("nine", "ten"), "No."])
def test_other_words_differ(text: str) -> None:
    assert codes(seen(draft_of(TEXT), said(text))) == [("text_differs", 0)]


def test_long_texts_are_told_from_shortly_before_the_difference_on() -> None:
    long = "word " * 400
    [found] = seen(draft_of(f"{long}nine"), said(f"{long}ten")) or []

    assert (len(found.sent), found.sent[-4:]) == (64, "nine")
    assert found.shown is not None
    assert found.shown == found.sent.replace("nine", "ten")


def test_each_message_of_a_thread_is_held_against_its_own() -> None:
    found = seen(draft_of("First.", "Second.", "Third."), said("First."), GONE, said("3rd."))

    assert codes(found) == [("gone", 1), ("text_differs", 2)]


def test_media_are_counted_and_their_descriptions_held_to_theirs() -> None:
    draft = draft_of("Two.", media=(PICTURE, replace(PICTURE, alt_text=None)))

    assert seen(draft, said("Two.", "The square in the sun", "")) == []
    assert seen(draft, said("Two.", "Somebody wrote it better", "Anything")) == []
    assert codes(seen(draft, said("Two.", "", ""))) == [("alt_text_missing", 0)]
    assert seen(draft, said("Two.", "The square in the sun")) == [
        DriftView(code=DriftCode.MEDIA_MISSING, part=0, sent="2", shown="1")
    ]
    assert codes(seen(draft, said("2.", ""))) == [("text_differs", 0), ("media_missing", 0)]


def test_what_the_network_does_not_tell_is_not_known() -> None:
    assert seen(draft_of("First.", "Second."), said("First."), None) is None


def test_copy_with_other_messages_than_were_sent_is_not_judged() -> None:
    assert seen(draft_of("First.", "Second."), said("First.")) is None


def test_copy_is_looked_at_soon_then_after_an_hour_and_a_day() -> None:
    begun = NOW - LOOKS[0]
    moments, at = [], NOW
    for looks in (1, 2):
        found = next_look(looks, is_doubtful=False, now=at)
        assert found is not None
        at = found
        moments.append(at - begun)

    assert moments == [timedelta(hours=1), timedelta(days=1)]
    assert next_look(3, is_doubtful=False, now=at) is None
    assert next_look(9, is_doubtful=False, now=at) is None


def test_what_is_gone_at_once_is_looked_at_again_soon() -> None:
    assert next_look(1, is_doubtful=True, now=NOW) == NOW + DOUBT


def test_every_difference_is_told_in_words() -> None:
    assert set(MESSAGES) == set(DriftCode)


POLL = Poll(("Pain", "Fromage"), timedelta(days=1))


def asked(**values: Any) -> Draft:
    part = Part(TEXT, (PICTURE,), poll=values.pop("poll", None))
    return replace(Draft(key="d", parts=(part,)), **values)


def told_as(**values: Any) -> Shown:
    return Shown("", TEXT, values.pop("alt_texts", (PICTURE.alt_text or "",)), **values)


def test_more_media_and_other_descriptions_count_only_where_they_are_told_exactly() -> None:
    more, other = (PICTURE.alt_text or "", "Un logo"), ("The square at night",)
    exact = [seen(asked(), told_as(alt_texts=texts, is_exact=True)) for texts in (more, other)]
    vague = [seen(asked(), told_as(alt_texts=texts)) for texts in (more, other)]

    assert list(map(codes, exact)) == [[("media_added", 0)], [("alt_text_differs", 0)]]
    assert exact[0] == [DriftView(code=DriftCode.MEDIA_ADDED, part=0, sent="1", shown="2")]
    assert vague == [[], []]


@pytest.mark.parametrize(
    ("sent", "shown", "code"),
    [
        ({"content_warning": "Chute"}, {"content_warning": ""}, "content_warning_differs"),
        ({}, {"content_warning": "Chute"}, "content_warning_differs"),
        ({"poll": POLL}, {"options": ()}, "poll_differs"),
        ({"poll": POLL}, {"options": ("Pain", "Vin")}, "poll_differs"),
        ({"language": "fr"}, {"language": "en"}, "language_differs"),
    ],
)
def test_what_stands_beside_the_words_is_compared(
    sent: dict[str, Any], shown: dict[str, Any], code: str
) -> None:
    assert codes(seen(asked(**sent), told_as(**shown))) == [(code, 0)]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"content_warning": "Chute"}, {"content_warning": None}),
        ({"content_warning": "L’A & B"}, {"content_warning": "L’A &amp; B "}),
        ({}, {"content_warning": ""}),
        ({"poll": POLL}, {"options": None}),
        ({"poll": POLL}, {"options": ("Pain ", "Fromage")}),
        ({"language": "fr-CH"}, {"language": "fr"}),
        ({"language": "fr"}, {"language": "fra"}),
        ({"language": None}, {"language": "en"}),
        ({"language": "fr"}, {"language": None}),
    ],
)
def test_what_is_not_told_or_only_written_otherwise_is_no_drift(
    sent: dict[str, Any], shown: dict[str, Any]
) -> None:
    assert seen(asked(**sent), told_as(**shown)) == []


def test_a_warning_without_words_is_not_compared() -> None:
    draft = Draft(key="d", parts=(Part("", (PICTURE,)),), content_warning="Chute")

    found = seen(draft, Shown("", "", (PICTURE.alt_text or "",), content_warning=""))

    assert found == []
