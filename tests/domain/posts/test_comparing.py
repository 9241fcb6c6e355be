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
    many = [f"{number} {number * 7}\n" for number in range(150)]
    before, after = "".join(many), "".join(reversed(many))
    assert len(before.split()) * len(after.split()) > MOST_PAIRS

    found = pieces(before, after)

    assert [kind for kind, _ in found] == [REMOVED, ADDED, SAME, REMOVED, ADDED, SAME]
    assert "".join(text for kind, text in found if kind is not REMOVED) == after


def test_texts_too_long_for_either_stand_whole() -> None:
    before, after = "a " * 35_000, "b " * 35_000

    assert pieces(before, after) == [(REMOVED, before[:-1]), (ADDED, after[:-1]), (SAME, " ")]
