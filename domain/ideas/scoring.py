"""How much a candidate deserves a look: a sum of points, each with its reason. Pure.

fresh        a feed said it within a day 25, three days 15, a week 5
asks         asks something 20
words        10 for each word of the house it says, 40 at most
substantial  says more than 280 characters 10
picked       somebody picked it 30
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.kernel.words import Word

FRESH = ((timedelta(days=1), 25), (timedelta(days=3), 15), (timedelta(days=7), 5))
ASKS, SUBSTANTIAL, PICKED = 20, 10, 30
A_WORD, MOST_WORDS = 10, 4
SUBSTANCE = 280
SHORTEST_WORD = 3
_NO_WORD = re.compile(r"[\W_]+")


class Signal(Word):
    """What speaks for a candidate."""

    FRESH = "fresh", "It was said lately."
    ASKS = "asks", "It asks something."
    WORDS = "words", "It holds words that are looked for."
    SUBSTANTIAL = "substantial", "It is long enough to say something."
    PICKED = "picked", "Somebody picked it."


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: the words of a mention, and when they were said."""

    title: str | None
    text: str
    said_at: datetime
    is_picked: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """`words` are those of the house that it says."""

    signal: Signal
    points: int
    words: tuple[str, ...] = ()


def reasons(found: Found, house: Iterable[str], *, now: datetime) -> list[Reason]:
    """What speaks for it, in the order above; `house` are names and labels."""
    return list(_reasons(found, house, now))


def _reasons(found: Found, house: Iterable[str], now: datetime) -> Iterator[Reason]:
    said = f"{found.title or ''} {found.text}".strip()
    fresh = next((points for age, points in FRESH if now - found.said_at <= age), 0)
    if fresh and not found.is_picked:
        yield Reason(Signal.FRESH, fresh)
    if "?" in said:
        yield Reason(Signal.ASKS, ASKS)
    words = _said(said, house)
    if words:
        yield Reason(Signal.WORDS, A_WORD * len(words), words)
    if len(said) > SUBSTANCE:
        yield Reason(Signal.SUBSTANTIAL, SUBSTANTIAL)
    if found.is_picked:
        yield Reason(Signal.PICKED, PICKED)


def _said(text: str, house: Iterable[str]) -> tuple[str, ...]:
    """The first few words of the house that a text says, whole and whatever their accents."""
    haystack = f" {_plain(text)} "
    plain = {word: _plain(word) for word in sorted(set(house))}
    said = (w for w, p in plain.items() if len(p) >= SHORTEST_WORD and f" {p} " in haystack)
    return tuple(said)[:MOST_WORDS]


def _plain(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _NO_WORD.sub(" ", bare.casefold()).strip()
