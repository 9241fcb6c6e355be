"""How far an inbox was read: the newest moment, and what was read of the hour before it.

LinkedIn tells some things late: that hour is read again, and what was read of it left out.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.connector.words import Inbox, InboxItem

_LATE_MS = int(timedelta(hours=1).total_seconds() * 1000)
_MOST_SEEN = 500


class Told(NamedTuple):
    """Something that was said or done: its name over there, its moment in ms, what it is to us."""

    name: str
    at: int
    item: InboxItem


class Cursor(BaseModel):
    model_config = ConfigDict(frozen=True)

    newest: int = 0
    seen: tuple[str, ...] = ()

    @property
    def since(self) -> int:
        """What is older was read; 0: nothing was, yet."""
        return max(self.newest - _LATE_MS, 0)


def opened(cursor: str | None) -> Cursor:
    """A cursor that makes no sense begins anew: what comes twice is kept once."""
    try:
        return Cursor.model_validate_json(cursor or "{}")
    except ValidationError:
        return Cursor()


def page_of(told: Sequence[Told], cursor: Cursor) -> Inbox:
    """What is new of what was told, oldest first, and the cursor behind it."""
    by_age = sorted(told, key=lambda each: each.at)
    fresh = [each for each in by_age if each.at > cursor.since and each.name not in cursor.seen]
    newest = max((cursor.newest, *(each.at for each in fresh)))
    late = tuple(each.name for each in by_age if each.at > newest - _LATE_MS)
    behind = Cursor(newest=newest, seen=late[-_MOST_SEEN:])
    return Inbox(tuple(each.item for each in fresh), behind.model_dump_json())
