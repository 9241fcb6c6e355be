"""The hot reads as bytes: the inbox and one mention, with their ETags, for ASGI and FastAPI alike.

An inbox page's ETag is the number of the workspace's latest event, and the workspace's mark: every
change leaves one, so a page cannot change while it stays, and a browser that holds the page of
another workspace at the same address has another. Asking for it costs one tiny read, shared by all
who wait and by whoever comes right after.
"""

import asyncio
import time
from datetime import datetime
from uuid import UUID

import asyncpg

from api import conditional
from api.answer import Answer
from api.conditional import matches
from api.mentions.asking import Asked, is_endless
from domain.kernel.caller import Caller, Scope
from domain.kernel.reaching import ENGINE_FAULTS
from domain.mentions.inbox import read_inbox, read_mention, read_version

JSON = (b"content-type", b"application/json")
PRIVATE = (b"cache-control", conditional.PRIVATE.encode())
PATH = "/v1/mentions"


MOST_KEPT = 10_000


class Versions:
    """Workspace versions, older than the question by `kept_s` at most.

    What was changed in this process is never missed. Who comes while one is read takes the next
    reading, and all who wait share it.
    """

    def __init__(self, reads: asyncpg.Pool, *, kept_s: float) -> None:
        self._reads = reads
        self._kept_s = kept_s
        self._kept: dict[UUID, tuple[int, float]] = {}
        self._changed: set[UUID] = set()
        """Of those that are being read."""
        self._waiting: dict[UUID, list[asyncio.Future[int]]] = {}
        self._reading: dict[UUID, asyncio.Task[None]] = {}

    def forget(self, workspace_id: UUID) -> None:
        """It has changed: what was read before, or is on its way, is kept no longer."""
        self._kept.pop(workspace_id, None)
        if workspace_id in self._reading:
            self._changed.add(workspace_id)

    def current(self, workspace_id: UUID) -> asyncio.Future[int]:
        mine: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        version, until = self._kept.get(workspace_id, (0, 0.0))
        if until > time.monotonic():
            mine.set_result(version)
            return mine
        self._waiting.setdefault(workspace_id, []).append(mine)
        if workspace_id not in self._reading:
            self._reading[workspace_id] = asyncio.create_task(self._read(workspace_id))
        return mine

    async def _read(self, workspace_id: UUID) -> None:
        waiting: list[asyncio.Future[int]] = []
        try:
            while waiting := self._waiting.pop(workspace_id, []):
                version = await self._read_once(workspace_id)
                for each in waiting:
                    if not each.done():
                        each.set_result(version)
        except ENGINE_FAULTS as error:
            for each in (*waiting, *self._waiting.pop(workspace_id, [])):
                if not each.done():
                    each.set_exception(error)
        finally:
            del self._reading[workspace_id]

    async def _read_once(self, workspace_id: UUID) -> int:
        self._changed.discard(workspace_id)
        until = time.monotonic() + self._kept_s
        version = await read_version(self._reads, workspace_id)
        if workspace_id not in self._changed:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[workspace_id] = version, until
        return version


async def inbox(
    reads: asyncpg.Pool,
    versions: Versions,
    caller: Caller,
    asked: Asked,
    known_tag: str | None,
    *,
    now: datetime,
) -> Answer:
    """The page, or 304 when `known_tag` (If-None-Match) still holds."""
    caller.need(Scope.MENTIONS_READ)
    has_tag = _has_tag(caller, asked)
    if known_tag is not None and has_tag:
        version = await versions.current(caller.workspace_id)
        tag = _tag(caller, version)
        if matches(known_tag, tag):
            return Answer(304, [(b"etag", tag.encode()), PRIVATE], b"", version)
    page = await read_inbox(reads, caller, asked.where, asked.page, now=now)
    headers = [JSON, PRIVATE]
    if has_tag:
        headers.append((b"etag", _tag(caller, page.version).encode()))
    if page.next_cursor is not None:
        query = f"{asked.rest}&cursor={page.next_cursor}".lstrip("&")
        headers.append((b"link", f'<{PATH}?{query}>; rel="next"'.encode()))
    return Answer(200, headers, page.body)


async def mention(reads: asyncpg.Pool, caller: Caller, id_: UUID, known_tag: str | None) -> Answer:
    """The mention, or 304 when `known_tag` (If-None-Match) still holds. Raises `NotFound`."""
    found = await read_mention(reads, caller, id_)
    tag = f'"{found.version}"'
    if known_tag is not None and matches(known_tag, tag):
        return Answer(304, [(b"etag", tag.encode()), PRIVATE], b"")
    return Answer(200, [JSON, PRIVATE, (b"etag", tag.encode())], found.body)


def _has_tag(caller: Caller, asked: Asked) -> bool:
    """Whether the workspace's number stands for the page.

    Not where it depends on the clock, nor for a caller who is held to communities: the number is
    the same for one who sees more.
    """
    return caller.communities is None and not is_endless(asked.where)


def _tag(caller: Caller, version: int) -> str:
    return f'W/"{version}-{caller.workspace_id.hex[-8:]}"'
