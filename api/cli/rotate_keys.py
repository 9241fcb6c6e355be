"""`rotate-keys`: seals every secret anew under the newest key, while everything runs.

everything is under the newest key     a new one is put first on the ring, where it is a file
a running process does not know it     nothing is sealed; wait, or restart it
something is under another key         is sealed anew, batch by batch; ended, it goes on later
--forget KEY                           takes a key off the ring that nothing needs any more
"""

import asyncio
import base64
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from redis.exceptions import RedisError

from api.cli import secret_files
from api.cli.bars import progress
from api.cli.sealed import reseal, unaware, usage
from api.cli.steps import say, tell
from api.cli.surroundings import surroundings
from api.cli.trouble import Trouble
from api.state import State, open_state
from domain.kernel.settings import Settings

HEARD_WITHIN_S = 15.0
LOCK = "SELECT pg_try_advisory_lock(hashtextextended('parvis rotate-keys', 0))"
UNLOCK = "SELECT pg_advisory_unlock_all()"


def rotate_keys(
    *,
    forget: Annotated[str | None, Parameter(help="Take this key off the ring instead.")] = None,
    data: Annotated[Path | None, Parameter(help="Folder of everything that is kept.")] = None,
) -> int:
    with surroundings(data) as settings:
        if forget is None:
            return asyncio.run(rotate(settings))
        asyncio.run(forget_key(settings, forget))
        return 0


async def rotate(settings: Settings) -> int:
    """Seals everything under the newest key; 1 when something cannot be opened."""
    async with open_state(settings) as state, state.database.reads.acquire() as connection:
        # Held by the connection: who rotated beside us would make a key of his own.
        if not await connection.fetchval(LOCK):
            raise Trouble("Somebody else rotates the keys.", "Wait for the end of it.")
        try:
            return await _rotate(state)
        finally:
            await connection.execute(UNLOCK)


async def forget_key(settings: Settings, name: str) -> None:
    """Takes a key off the ring, unless a value still needs it."""
    file = _ring_file(settings)
    async with open_state(settings) as state:
        earlier = list(state.keys.keys)[1:]
        if name not in earlier:
            remedy = f"Name one: {', '.join(earlier)}." if earlier else "There is none to take off."
            raise Trouble(f"{name} is no earlier key of the ring.", remedy)
        needed = (await usage(state.database))[name]
    if needed:
        raise Trouble(f"Still sealed under {name}: {needed}.", "./parvis rotate-keys")
    parts = [part.strip() for part in file.read_text().split(",")]
    secret_files.keep(file, ",".join(part for part in parts if not part.startswith(f"{name}:")))
    tell(f"{name} is off the ring. Older backups that were made without keys still need it.")


async def _rotate(state: State) -> int:
    found = await usage(state.database)
    if not found.keys() - {state.keys.newest}:
        _put_new_key_first(state)
    await _wait_until_known(state)
    total = sum(found.values()) - found[state.keys.newest]
    with _bar(f"Sealing under {state.keys.newest}", total) as advance:
        broken = await reseal(state, advance)
    for key, count in sorted((await usage(state.database)).items()):
        tell(f"Sealed under {key}: {count}")
    if broken:
        say(f"Not opened: {broken}; ./parvis doctor says which keys are missing.")
    return 1 if broken else 0


def _put_new_key_first(state: State) -> None:
    file, ring = _ring_file(state.settings), state.keys
    numbers = [int(name[1:]) for name in ring.keys if name[:1] == "k" and name[1:].isdecimal()]
    fresh = f"k{max(numbers, default=0) + 1}:{base64.b64encode(secrets.token_bytes(32)).decode()}"
    secret_files.keep(file, f"{fresh},{file.read_text().strip()}")
    ring.refresh()
    say(f"{ring.newest} is the newest key.")


def _ring_file(settings: Settings) -> Path:
    if settings.sealing_keys_file is None:
        raise Trouble(
            "The key ring is not in a file, so it cannot be changed from here.",
            "Change SEALING_KEYS (the newest key first), restart api and workers, and run this "
            "again; or keep the ring in SEALING_KEYS_FILE.",
        )
    return settings.sealing_keys_file


async def _wait_until_known(state: State) -> None:
    newest = state.keys.newest
    try:
        count = await unaware(state.redis, newest, within_s=HEARD_WITHIN_S)
    except (RedisError, OSError) as error:
        raise Trouble(
            f"The queue does not answer ({type(error).__name__}): who runs is not known.",
            "Bring it back, then run this again.",
        ) from error
    if count:
        raise Trouble(
            f"{count} running processes do not seal under {newest} yet.",
            "Give all of them the same ring (SEALING_KEYS, SEALING_KEYS_FILE), restart them, and "
            "run this again: nothing was sealed.",
        )


@contextmanager
def _bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    with progress() as shown:
        task = shown.add_task(what, total=total)
        yield lambda count: shown.update(task, advance=count)
