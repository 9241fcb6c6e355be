"""The key ring of a running process: read again when its file changes, and made known.

Each process leaves a note of the keys it knows, newest first and each with its mark, so that
nothing is sealed under a key that a running process cannot open.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from domain.kernel.ids import new_id
from domain.kernel.nudges import Nudges
from domain.kernel.sealing import KeyRing
from domain.kernel.settings import Settings

log = structlog.get_logger()

NOTES = "parvis:ring:"
EVERY_S = 1.0
NOTE_LASTS_S = 10


@asynccontextmanager
async def kept_ring(settings: Settings, nudges: Nudges) -> AsyncIterator[KeyRing]:
    """The ring, kept fresh while the process runs."""
    ring = KeyRing.parse(settings.sealing_keys.get_secret_value(), file=settings.sealing_keys_file)
    ring.refresh()
    name = NOTES + new_id().hex
    keeping = asyncio.create_task(_keep(ring, nudges, name))
    try:
        yield ring
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        await nudges.take_down(name)


async def _keep(ring: KeyRing, nudges: Nudges, name: str) -> None:
    while True:
        try:
            if ring.refresh():
                log.info("ring.read_again", newest=ring.newest)
        except (ValueError, OSError) as error:
            log.error("ring.unreadable", reason=type(error).__name__)  # noqa: TRY400 - no key shown
        await nudges.note(name, json.dumps(ring.marks()), lasts_s=NOTE_LASTS_S)
        await asyncio.sleep(EVERY_S)
