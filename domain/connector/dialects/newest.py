"""How far an account is read whose network tells what is new in several lists.

One of them may show something late: all that was said within ten minutes before the newest is
compared by its id.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.connector.words import InboxItem

_LATE = timedelta(minutes=10)
_FIRST = datetime(1970, 1, 2, tzinfo=UTC)


class Cursor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    mark: datetime | None = None
    """The newest moment that was handed out; None: nothing was there."""
    seen: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> Self:
        """A cursor we do not understand is as good as none: what is known is passed over."""
        try:
            return cls.model_validate_json(text)
        except ValidationError:
            return cls()

    def written(self) -> str:
        return self.model_dump_json(exclude_defaults=True)

    @property
    def since(self) -> datetime:
        """From when on everything is read again."""
        return max(self.mark or _FIRST, _FIRST) - _LATE

    def fresh(self, items: Sequence[InboxItem]) -> list[InboxItem]:
        """Those that were not handed out yet, each once, oldest first."""
        since, known = self.since, set(self.seen)
        new = {
            each.remote_id: each
            for each in items
            if each.remote_id not in known and each.said_at >= since
        }
        return sorted(new.values(), key=lambda each: (each.said_at, each.remote_id))

    def after(self, items: Sequence[InboxItem]) -> Self:
        """What is known once these were read, old ones among them."""
        moments = [each.said_at for each in items]
        mark = max([*moments, *([] if self.mark is None else [self.mark])], default=None)
        since = type(self)(mark=mark).since
        recent = {each.remote_id for each in items if each.said_at >= since}
        return type(self)(mark=mark, seen=tuple(sorted(recent)))
