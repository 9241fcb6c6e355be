"""Where readers of the log stand: behind an event that they know again.

A cursor holds the event's number and, above it, some bits of its hash: by number alone nobody
could tell that a backup was restored since, and that other events bear the numbers now.
"""

from typing import Any, NamedTuple, Self

from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.errors import CursorLost
from domain.kernel.pages import make_cursor, read_cursor

# Readers keep a cursor for good: neither name nor form of it ever changes.
NAME = "number"
MARK = 2**40
"""More than any log will count; above it the mark, which fits in 22 bits. 0 is none."""

HEAD = text("""
SELECT c.last_number, c.last_hashes[cardinality(c.last_hashes)] AS last_hash, c.forgotten_number,
       CASE WHEN c.forgotten_number = :number THEN c.forgotten_hash ELSE e.hash END AS hash
  FROM event_counters c
  LEFT JOIN events e ON e.workspace_id = c.workspace_id AND e.number = :number
 WHERE c.workspace_id = :workspace
""")


class Place(NamedTuple):
    number: int = 0
    mark: int = 0

    @classmethod
    def behind(cls, number: int, hash_: bytes) -> Self:
        return cls(number, int.from_bytes(hash_[:3], "big") >> 2)

    @classmethod
    def of(cls, cursor: str | None) -> Self:
        """The very beginning without one. Raises `CursorInvalid`."""
        if cursor is None:
            return cls()
        mark, number = divmod(read_cursor(cursor, NAME, int)[0], MARK)
        return cls(number, mark)

    def cursor(self) -> str:
        return make_cursor(NAME, self.mark * MARK + self.number)


async def head_from(session: AsyncSession, caller: Caller, place: Place) -> Place:
    """The newest event, for who stands at `place`.

    Raises `CursorLost` where events behind it were forgotten, or the log was set back.
    """
    connection = await session.connection()
    asked = {"workspace": caller.workspace_id, "number": place.number}
    head = (await connection.execute(HEAD, asked)).one_or_none()
    if place.number:
        _ensure_held(place, head)
    return Place() if head is None else Place.behind(head.last_number, head.last_hash)


def _ensure_held(place: Place, head: Row[Any] | None) -> None:
    if head is None or place.number > head.last_number:
        raise CursorLost("The log was set back since, as by the restore of a backup.")
    if place.number < head.forgotten_number:
        count = head.forgotten_number - place.number
        raise CursorLost(f"Events that follow it and are no longer kept: {count}.")
    is_known = not place.mark or head.hash is None
    if not is_known and Place.behind(place.number, head.hash) != place:
        raise CursorLost("The log was set back since, and other events bear these numbers now.")
