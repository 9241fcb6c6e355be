"""Reads documents in processes of their own, few at a time: a hostile one holds nothing up."""

import asyncio
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from domain.connector.errors import Unavailable
from domain.sources.fetching import Words
from workers.context import Context
from workers.crafting import DOCUMENT, Task
from workers.studio import CraftFailedError, craft

SECONDS = 20
PATIENCE_S = 10.0


def words_by(context: Context) -> Words:
    return partial(_words, context.readers)


async def _words(readers: asyncio.Semaphore, body: bytes) -> str:
    """Nothing where the document breaks its reader, or takes too long.

    Raises `Unavailable` while others are read: the lease of what waits would end.
    """
    try:
        async with asyncio.timeout(PATIENCE_S):
            await readers.acquire()
    except TimeoutError as error:
        raise Unavailable("Other documents are read; this one comes later.") from error
    try:
        return await _read(body)
    except CraftFailedError:
        return ""
    finally:
        readers.release()


async def _read(body: bytes) -> str:
    with TemporaryDirectory(prefix="parvis-") as folder:
        path, target = Path(folder) / "document", Path(folder) / "words"
        await asyncio.to_thread(path.write_bytes, body)
        task = Task(path=str(path), content_type=DOCUMENT, seconds=SECONDS, target=str(target))
        await craft(task)
        return await asyncio.to_thread(target.read_text, "utf-8")
