"""Pure rules of media: names made harmless, and until when a file may be published."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.media.sniffing import SUFFIXES

LONGEST = 120
UNWELCOME = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff<>:\"/\\|?*]")


class ConsentKind(StrEnum):
    """What a person agrees to; a guardian agrees for a minor."""

    LIKENESS = "likeness"
    VOICE = "voice"
    NAME = "name"


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


def _latest(consents: Iterable[Consent]) -> Mapping[tuple[str, str], Consent]:
    in_order = sorted(consents, key=lambda each: each.granted_at)
    return {(" ".join(each.person.casefold().split()), each.kind): each for each in in_order}


def clean_name(sent: str, content_type: str) -> str:
    """The last step of the path that was sent, with the ending of what the file is."""
    last = sent.replace("\\", "/").rpartition("/")[2]
    stem = UNWELCOME.sub("", last.rpartition(".")[0] or last).strip(". ")
    return f"{stem[:LONGEST] or 'file'}{SUFFIXES[content_type]}"
