"""Pure rules of watching sources: how often, what counts as a change, and who must act."""

import difflib
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from domain.connector.errors import NetworkError, OutcomeUnknown, RateLimited, Unavailable
from domain.connector.troubles import TROUBLES

LEAST_HOURS, MOST_HOURS, USUAL_HOURS = 1, 24 * 30, 24
READ_AGAIN = timedelta(seconds=10)
"""How soon after a reading people may ask for the next."""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=15), timedelta(days=1)
PATIENCE = 5
"""After so many failures in a row a person should look, whosever fault it seemed."""
MOST_READ = 400_000
"""So much of a text is compared; of it less is kept, to show what changed."""
MOST_TEXT, MOST_EXCERPT, MOST_DIFFERENCE = 20_000, 300, 4_000
MOST_LINES, MOST_LINE = 400, 400
FURTHER_DOWN = "What changed stands further down than can be shown."

USUAL_REMEDY = "Open the page: where it is there, wait; else name another and remove this source."
REMEDIES = {
    "network.grant_expired": "The page asks for a login: name one that is public.",
    "network.missing": "Name the page that took its place, and remove this source.",
    "network.no_text": TROUBLES["network.no_text"].remedy,
    "outbound.address_refused": "Name a public address, or have it listed in OUTBOUND_ALLOW.",
    "outbound.answer_too_large": "Name a smaller page.",
    "outbound.url_refused": "Name an address that may be called.",
    "work.broken": TROUBLES["work.broken"].remedy,
}


def remedy_of(code: str) -> str:
    """What people can do about it."""
    return REMEDIES.get(code, USUAL_REMEDY)


def next_try(failures: int, *, now: datetime) -> datetime:
    """15, 30, 60 … minutes after so many failures, at most a day."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(max(failures - 1, 0), 10)
    return now + min(doubled, LONGEST_WAIT)


def acting_party(error: NetworkError, failures: int) -> str:
    """Who must act: the other side while it may come round by itself, else a person."""
    may_pass = isinstance(error, RateLimited | Unavailable | OutcomeUnknown)
    return "network" if may_pass and failures < PATIENCE else "user"


def fingerprint(text: str) -> bytes:
    """What tells two readings apart; how words are spaced and broken does not."""
    return sha256(" ".join(text.split()).encode()).digest()


def excerpt(text: str) -> str:
    """How it begins, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= MOST_EXCERPT else line[: MOST_EXCERPT - 1].rstrip() + "…"


def difference(before: str, after: str) -> str:
    """Lines that went (`-`) and came (`+`), in order; cut where there are too many."""
    found = "\n".join(_changed(_lines(before), _lines(after))) or FURTHER_DOWN
    return found if len(found) <= MOST_DIFFERENCE else found[: MOST_DIFFERENCE - 1] + "…"


def _lines(text: str) -> list[str]:
    return [line[:MOST_LINE] for line in text.splitlines()[:MOST_LINES]]


def _changed(before: list[str], after: list[str]) -> Iterator[str]:
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            yield from (f"-{line}" for line in before[start:end])
            yield from (f"+{line}" for line in after[new_start:new_end])
