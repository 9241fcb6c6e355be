"""Work on files in a process of its own: the worker's loop only listens, and may end it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import msgspec

from workers.context import Context
from workers.crafting import Task

ROOT = Path(__file__).parents[1]
Said = dict[str, object]
Listen = Callable[[Said], Awaitable[bool]]


class CraftFailedError(Exception):
    """The process broke, took too long, or said that it cannot be done."""


class CraftEndedError(Exception):
    """Nobody wants what it makes any more."""


async def craft(task: Task, *, listen: Listen | None = None) -> object:
    """What the process made of its task. Raises `CraftFailedError`.

    `listen` hears what it says meanwhile; where it answers no, the process is ended and
    `CraftEndedError` raised.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "workers.crafting", msgspec.json.encode(task).decode()),
        cwd=ROOT,
        env={"PATH": os.environ.get("PATH", "")},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(task.seconds):
            return await _heard(process, listen)
    except TimeoutError:
        raise CraftFailedError("It took too long.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _heard(process: asyncio.subprocess.Process, listen: Listen | None) -> object:
    lines = process.stdout
    while lines is not None and (line := await lines.readline()):
        said = msgspec.json.decode(line, type=Said)
        if "done" in said:
            await process.wait()
            return said["done"]
        if "refused" in said:
            raise CraftFailedError(str(said["refused"]))
        if listen is not None and not await listen(said):
            raise CraftEndedError
    raise CraftFailedError("It cannot be read.")


@asynccontextmanager
async def laid_out(context: Context, workspace_id: UUID, sha256: str) -> AsyncIterator[Path]:
    """The content as a file here, wherever it is kept. Raises `FileNotFoundError`."""
    place = await asyncio.to_thread(context.media.shelf.place_of, workspace_id, sha256)
    if isinstance(place, Path):
        yield place
        return
    content = await context.media.get(workspace_id, sha256)
    with TemporaryDirectory(prefix="parvis-") as folder:
        path = Path(folder) / sha256
        await asyncio.to_thread(path.write_bytes, content)
        del content
        yield path
