"""Documents that were written: calendar programs ask for the same one again and again."""

import asyncio
from collections import OrderedDict

from domain.feeds.shapes import FeedSeen

MOST_BYTES = 16_000_000


class Documents:
    """The ones asked for last, by their tag: to write a full one takes a second."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes, self._held_bytes = most_bytes, 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    async def of(self, seen: FeedSeen) -> bytes:
        tag = seen.tag
        found = self._kept.get(tag)
        if found is None:
            found = await asyncio.to_thread(write, seen)
            self._keep(tag, found)
        self._kept.move_to_end(tag)
        return found

    def _keep(self, tag: str, document: bytes) -> None:
        self._held_bytes += len(document) - len(self._kept.get(tag, b""))
        self._kept[tag] = document
        while self._held_bytes > self._most_bytes and len(self._kept) > 1:
            _, old = self._kept.popitem(last=False)
            self._held_bytes -= len(old)


def write(seen: FeedSeen) -> bytes:
    """The whole document."""
    # Imported here: 80 modules that an api needs whose calendars are followed.
    from domain.feeds import ics  # noqa: PLC0415 - as above

    return ics.write(seen)
