"""How far the notifications are known.

`mark` is the newest moment handed out. Notifications bear the moment their writer claims, so they
can arrive below it: all within an hour are compared with the fingerprints in `seen`. Nothing below
`floor` is new: there the first reading began, or the fingerprints end. `pages` are addresses of
pages still to be read, the highest first; `is_walking` while the last of them is on the way down.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.networks.bluesky.answers import Notification

_LATE = timedelta(hours=1)
_SEEN_MAXIMUM = 1000
_FIRST = datetime(1, 1, 2, tzinfo=UTC)


class Cursor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    mark: datetime | None = None
    floor: datetime | None = None
    seen: tuple[tuple[datetime, str], ...] = ()
    pages: tuple[str, ...] = ()
    is_walking: bool = False

    @classmethod
    def read(cls, text: str | None) -> Self | None:
        """The cursor as it was written; None for none, and for one we do not understand."""
        try:
            return None if text is None else cls.model_validate_json(text)
        except ValidationError:
            return None

    @classmethod
    def baseline(cls, newest_first: Sequence[Notification], *, has_older: bool) -> Self:
        """What is known once the first page was read."""
        floor = newest_first[-1].indexed_at if newest_first and has_older else None
        _, known = cls(floor=floor).after(newest_first, pages=())
        return known

    def written(self) -> str:
        return self.model_dump_json(exclude_defaults=True)

    def covers(self, newest_first: Sequence[Notification]) -> bool:
        """Whether nothing new can stand below this page."""
        lowest = self._lowest()
        return lowest is not None and bool(newest_first) and newest_first[-1].indexed_at < lowest

    def after(
        self, newest_first: Sequence[Notification], *, pages: Sequence[str]
    ) -> tuple[tuple[Notification, ...], Self]:
        """What is new on a page of which all below is known, and what is known then."""
        fresh = self._fresh(newest_first)
        mark = max([*(each.indexed_at for each in fresh), *_given(self.mark)], default=None)
        prints = ((each.indexed_at, _fingerprint(each)) for each in fresh)
        seen = sorted({*self.seen, *prints}, reverse=True)
        kept = tuple(each for each in seen if mark is None or each[0] >= _before(mark))
        floor = self.floor
        if len(kept) > _SEEN_MAXIMUM:
            kept = kept[:_SEEN_MAXIMUM]
            floor = kept[-1][0]
        known = type(self)(mark=mark, floor=floor, seen=kept, pages=tuple(pages))
        return fresh, known

    def _fresh(self, newest_first: Sequence[Notification]) -> tuple[Notification, ...]:
        known, lowest = {print_ for _, print_ in self.seen}, self._lowest()
        return tuple(
            each
            for each in newest_first
            if _fingerprint(each) not in known and (lowest is None or each.indexed_at >= lowest)
        )

    def _lowest(self) -> datetime | None:
        return max([*_given(self.floor), *map(_before, _given(self.mark))], default=None)


def _before(mark: datetime) -> datetime:
    """From when on late ones are still told apart; writers may claim the first day there is."""
    return max(mark, _FIRST) - _LATE


def _given(at: datetime | None) -> tuple[datetime, ...]:
    return () if at is None else (at,)


def _fingerprint(notification: Notification) -> str:
    text = f"{notification.reason} {notification.uri}"
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
