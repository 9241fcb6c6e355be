import time

from hypothesis import given
from hypothesis import strategies as st

from domain.posts.comparing import MOST_PAIRS, PieceKind, pieces

SAME, REMOVED, ADDED = PieceKind.SAME, PieceKind.REMOVED, PieceKind.ADDED


def test_words_are_told_apart_and_not_letters() -> None:
    assert pieces("Bientôt les vendanges.", "Demain les vendanges !") == [
        (REMOVED, "Bientôt"),
        (ADDED, "Demain"),
        (SAME, " les vendanges"),
        (REMOVED, "."),
        (ADDED, " !"),
    ]


def test_emoji_of_many_parts_stays_whole() -> None:
    assert pieces("👩‍🌾 au travail", "👩🏽‍🌾 au travail") == [
        (REMOVED, "👩‍🌾"),
        (ADDED, "👩🏽‍🌾"),
        (SAME, " au travail"),
    ]


def test_same_texts_are_one_piece_and_empty_ones_none() -> None:
    assert pieces("Rien de neuf", "Rien de neuf") == [(SAME, "Rien de neuf")]
    assert pieces("", "") == []


@given(st.text(alphabet="ab \n.é", max_size=60), st.text(alphabet="ab \n.é", max_size=60))
def test_each_side_can_be_read_from_the_pieces(before: str, after: str) -> None:
    found = pieces(before, after)

    assert "".join(text for kind, text in found if kind is not ADDED) == before
    assert "".join(text for kind, text in found if kind is not REMOVED) == after


def test_long_texts_are_told_apart_by_lines() -> None:
    many = [f"{number} {number * 7}\n" for number in range(600)]
    before, after = "".join(many), "".join(reversed(many))
    assert len(before.split()) * len(after.split()) > MOST_PAIRS

    found = pieces(before, after)

    assert all("\n" in text for _, text in found)
    assert "".join(text for kind, text in found if kind is not REMOVED) == after


def test_the_longest_texts_do_not_hold_the_loop() -> None:
    before, after = "a " * 35_000, "b " * 35_000
    began = time.process_time()

    assert pieces(before, after)[0] == (REMOVED, before[:-1])
    assert time.process_time() - began < 2
