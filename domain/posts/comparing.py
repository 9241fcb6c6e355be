"""What changed between two texts, for people: pure.

Word by word, as long as the two have few enough words to be laid side by side; longer ones line by
line. What they begin and end with alike is set aside first.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import takewhile

import regex

from domain.connector.counting import GRAPHEME
from domain.kernel.words import Word

MOST_PAIRS = 40_000
"""Words of one times words of the other: more are compared by lines, or not at all."""
_WORD = regex.compile(r"\s+|[\p{L}\p{M}\p{N}_]+|" + GRAPHEME)
_LINE = regex.compile(r"[^\n]*\n|[^\n]+")


class PieceKind(Word):
    """In which of two texts a piece stands."""

    SAME = "same", "It stands in both."
    REMOVED = "removed", "It stands in the earlier one alone."
    ADDED = "added", "It stands in the later one alone."


Piece = tuple[PieceKind, str]


def pieces(before: str, after: str) -> list[Piece]:
    """The two texts as one: what both have, what is gone, what is new, in order of reading."""
    first, second = _WORD.findall(before), _WORD.findall(after)
    start = _alike(first, second)
    end = _alike(first[start:][::-1], second[start:][::-1])
    middle = first[start : len(first) - end], second[start : len(second) - end]
    if len(middle[0]) * len(middle[1]) > MOST_PAIRS:
        middle = _LINE.findall("".join(middle[0])), _LINE.findall("".join(middle[1]))
    found = [
        (PieceKind.SAME, "".join(first[:start])),
        *_aligned(*middle),
        (PieceKind.SAME, "".join(first[len(first) - end :])),
    ]
    return list(_joined(piece for piece in found if piece[1]))


def replaced(before: str, after: str) -> list[Piece]:
    """One text in the place of the other, nothing laid side by side."""
    return [piece for piece in ((PieceKind.REMOVED, before), (PieceKind.ADDED, after)) if piece[1]]


def _alike(before: Sequence[str], after: Sequence[str]) -> int:
    """How many words at the beginning are the same."""
    both = zip(before, after, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], both))


def _aligned(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    if len(before) * len(after) > MOST_PAIRS:
        yield from replaced("".join(before), "".join(after))
        return
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            yield PieceKind.SAME, "".join(before[a:b])
        else:
            yield PieceKind.REMOVED, "".join(before[a:b])
            yield PieceKind.ADDED, "".join(after[c:d])


def _joined(found: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece."""
    held: Piece | None = None
    for piece in found:
        if held is not None and held[0] is piece[0]:
            held = held[0], held[1] + piece[1]
            continue
        if held is not None:
            yield held
        held = piece
    if held is not None:
        yield held
