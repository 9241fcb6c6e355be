"""How far notifications were read: the number of the newest one, and its moment."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_LATE = timedelta(minutes=10)
"""A forum notes a post after it was made, by a job that may wait."""
_FIRST = datetime(1970, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cursor:
    """`at` is by the forum's clock; None where there was no notification."""

    id: int = 0
    at: datetime | None = None

    @classmethod
    def read(cls, text: str) -> "Cursor":
        id_, _, at = text.partition(" ")
        return cls(int(id_), datetime.fromisoformat(at) if at else None)

    def written(self) -> str:
        return f"{self.id} {self.at.isoformat()}" if self.at else str(self.id)

    @property
    def since(self) -> datetime:
        """What was said later may not have been noted by then."""
        return max(self.at or _FIRST, _FIRST) - _LATE
