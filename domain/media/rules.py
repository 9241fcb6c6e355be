"""Pure rules of media: harmless names, ends of rights, languages of texts, orders of albums."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.kernel.languages import looked_up
from domain.kernel.words import Word
from domain.media.sniffing import SUFFIXES

LONGEST = 120
NOTICE = timedelta(days=14)
UNWELCOME = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff<>:\"/\\|?*]")


class ConsentKind(Word):
    """What a person agrees to; a guardian agrees for a minor."""

    LIKENESS = "likeness", "Their picture may be shown."
    VOICE = "voice", "Their voice may be heard."
    NAME = "name", "Their name may be said."


class MediaState(Word):
    """How well a file is known; it may be published meanwhile, and is judged by the networks."""

    PROBING = "probing", "A worker is looking at it."
    PROBED = "probed", "Its facts are known."
    UNREADABLE = "unreadable", "It could not be read as what it says it is."


class OperationState(Word):
    """waiting → working → done | failed; waiting, working → cancelled."""

    WAITING = "waiting", "A worker will take it."
    WORKING = "working", "A worker is at it."
    DONE = "done", "Its result is there."
    FAILED = "failed", "It could not be done; `error` says why."
    CANCELLED = "cancelled", "It was called off."


OPEN = frozenset({OperationState.WAITING, OperationState.WORKING})


class Consent(Protocol):
    @property
    def person(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def granted_at(self) -> datetime: ...
    @property
    def valid_until(self) -> datetime | None: ...
    @property
    def revoked_at(self) -> datetime | None: ...


def rights_end(until: datetime | None, consents: Iterable[Consent]) -> datetime | None:
    """From when on a file may not be published; None: nothing ends.

    Of each person and kind, the consent that was granted last counts.
    """
    ends = [until]
    for consent in _latest(consents).values():
        ends += [consent.valid_until, consent.revoked_at]
    return min((end for end in ends if end is not None), default=None)


def notice_at(end: datetime | None, *, now: datetime) -> datetime | None:
    """When to tell that a right ends: `NOTICE` before, or at once; None where nothing is ahead."""
    return None if end is None or end <= now else max(end - NOTICE, now)


def _latest(consents: Iterable[Consent]) -> Mapping[tuple[str, str], Consent]:
    in_order = sorted(consents, key=lambda each: each.granted_at)
    return {(" ".join(each.person.casefold().split()), each.kind): each for each in in_order}


def in_language(texts: Mapping[str, str], language: str | None, default: str | None) -> str | None:
    """The text for a language tag: for fr-CH that in fr-CH, in fr, the default."""
    known = {tag.lower(): text for tag, text in texts.items()}
    tags = looked_up((language or "").lower())
    return next((known[tag] for tag in tags if tag in known), default)


def arranged(current: Sequence[UUID], moved: Sequence[UUID], before: UUID | None) -> Sequence[UUID]:
    """The order once `moved` stand, in their order, before a file that stays; None: at the end."""
    staying = [id_ for id_ in current if id_ not in set(moved)]
    at = len(staying) if before is None else staying.index(before)
    return [*staying[:at], *moved, *staying[at:]]


def places(
    order: Sequence[UUID], known: Mapping[UUID, int], moved: Collection[UUID]
) -> Mapping[UUID, int]:
    """Numbers that grow along an order; what stays keeps its own where it can."""
    found: dict[UUID, int] = {}
    last = -1
    for id_ in order:
        own = -1 if id_ in moved else known[id_]
        last = found[id_] = max(own, last + 1)
    return found


def clean_name(sent: str, content_type: str) -> str:
    """The last step of the path that was sent, with the ending of what the file is."""
    last = sent.replace("\\", "/").rpartition("/")[2]
    stem = UNWELCOME.sub("", last.rpartition(".")[0] or last).strip(". ")
    return f"{stem[:LONGEST] or 'file'}{SUFFIXES[content_type]}"
