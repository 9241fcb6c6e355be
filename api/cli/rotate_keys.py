"""`rotate-keys`: seals every secret anew under the newest key, while everything runs.

everything is under the newest key     a new one is put last on the ring, where it is a file
a running process does not know it     it is taken off again; wait, or restart that process
all know it                            it is put first: from then on it seals
something is under another key         is sealed anew, batch by batch; ended, it goes on later
--forget KEY                           takes a key off the ring that nothing needs any more
"""

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from redis.exceptions import RedisError

from api.cli import secret_files
from api.cli.bars import progress
from api.cli.sealed import ignorant, reseal, unaware, usage
from api.cli.steps import say, tell
from api.cli.surroundings import surroundings
from api.cli.trouble import Trouble
from api.state import State, open_state
from domain.kernel.settings import Settings

HEARD_WITHIN_S = 15.0
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('parvis rotate-keys', 0))"
PATIENCE = "SET LOCAL idle_in_transaction_session_timeout = 0"
IN_SETTINGS = (
    "Put a new key last in SEALING_KEYS and restart api and workers; then put it first, restart "
    "them again and run this again. Or keep the ring in SEALING_KEYS_FILE."
)


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
    async with _alone(settings) as state:
        return await _rotate(state)


async def forget_key(settings: Settings, name: str) -> None:
    """Takes a key off the ring, unless a value still needs it or somebody seals under it."""
    async with _alone(settings) as state:
        earlier = list(state.keys.keys)[1:]
        if name not in earlier:
            remedy = f"Name one: {', '.join(earlier)}." if earlier else "There is none to take off."
            raise Trouble(f"{name} is no earlier key of the ring.", remedy)
        await _wait_until_used(state)
        needed = (await usage(state.database))[name]
        if needed:
            raise Trouble(f"Still sealed under {name}: {needed}.", "./parvis rotate-keys")
        file = _ring_file(
            settings, f"Nothing needs {name} any more: take it out of SEALING_KEYS and restart all."
        )
        parts = [part.strip() for part in file.read_text().split(",")]
        secret_files.renew(
            file, ",".join(each for each in parts if not each.startswith(f"{name}:"))
        )
    tell(f"{name} is off the ring. Older backups that were made without keys still need it.")


async def _rotate(state: State) -> int:
    found = await usage(state.database)
    if not found.keys() - {state.keys.newest}:
        await _put_new_key_first(state)
    await _wait_until_used(state)
    total = sum(found.values()) - found[state.keys.newest]
    with _bar(f"Sealing under {state.keys.newest}", total) as advance:
        broken = await reseal(state, advance)
    sealed = {state.keys.newest: 0, **await usage(state.database)}
    for key, count in sorted(sealed.items()):
        tell(f"Sealed under {key}: {count}")
    if broken:
        say(f"Not opened: {broken}; ./parvis doctor says which keys are missing.")
    return 1 if broken else 0


async def _put_new_key_first(state: State) -> None:
    """Last at first, where it opens and does not seal: who knew it not could open nothing."""
    file, ring = _ring_file(state.settings, IN_SETTINGS), state.keys
    numbers = [int(name[1:]) for name in ring.keys if name[:1] == "k" and name[1:].isdecimal()]
    fresh = f"k{max(numbers, default=0) + 1}:{base64.b64encode(secrets.token_bytes(32)).decode()}"
    before = file.read_text().strip()
    secret_files.renew(file, f"{before},{fresh}")
    try:
        ring.refresh()
        await _wait_until_known(state)
    except BaseException:
        secret_files.renew(file, before)
        raise
    secret_files.renew(file, f"{fresh},{before}")
    ring.refresh()
    say(f"{ring.newest} is the newest key.")


def _ring_file(settings: Settings, remedy: str) -> Path:
    if settings.sealing_keys_file is None:
        raise Trouble("The key ring is not in a file, so it cannot be changed from here.", remedy)
    return settings.sealing_keys_file


async def _wait_until_known(state: State) -> None:
    """Everybody has the last key of the ring."""
    *_, mark = state.keys.marks()
    with _heard():
        count = await ignorant(state.redis, mark, within_s=HEARD_WITHIN_S)
    if count:
        raise Trouble(
            f"{count} running processes do not know the new key {mark.partition(':')[0]}, which is "
            "off the ring again: nothing was sealed under it.",
            "Give all of them the same SEALING_KEYS_FILE, restart them, and run this again.",
        )


async def _wait_until_used(state: State) -> None:
    """Everybody seals under the newest key."""
    with _heard():
        count = await unaware(state.redis, state.keys.marks()[0], within_s=HEARD_WITHIN_S)
    if count:
        raise Trouble(
            f"{count} running processes do not seal under {state.keys.newest} yet.",
            "Give all of them the same ring (SEALING_KEYS, SEALING_KEYS_FILE), restart them, and "
            "run this again: nothing was sealed.",
        )


@contextmanager
def _heard() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise Trouble(
            f"The queue does not answer ({type(error).__name__}): who runs is not known.",
            "Bring it back, then run this again.",
        ) from error


@asynccontextmanager
async def _alone(settings: Settings) -> AsyncIterator[State]:
    """Nobody else changes the ring meanwhile: who did beside us would make a key of his own."""
    async with (
        open_state(settings) as state,
        state.database.reads.acquire() as connection,
        # ends with the transaction: behind PgBouncer, a session's lock would be left to others
        connection.transaction(),
    ):
        await connection.execute(PATIENCE)
        if not await connection.fetchval(LOCK):
            raise Trouble("Somebody else rotates the keys.", "Wait for the end of it.")
        yield state


@contextmanager
def _bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    with progress() as shown:
        task = shown.add_task(what, total=total)
        yield lambda count: shown.update(task, advance=count)
