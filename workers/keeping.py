"""What only this worker knows is written for as long as the database is away."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

from domain.kernel.reaching import ENGINE_FAULTS, may_be_tried_again

T = TypeVar("T")
LOOK_AGAIN_S = 0.1
KEPT_WITHIN_S = 600.0
"""How long a database may be away until a word of a network is lost that nobody else heard."""


async def kept(write: Callable[[], Awaitable[T]]) -> T:
    """What `write` gives, tried until the database takes it: for what may be written twice."""
    started = monotonic()
    while True:
        try:
            return await write()
        except ENGINE_FAULTS as error:
            if not may_be_tried_again(error) or monotonic() - started > KEPT_WITHIN_S:
                raise
            await asyncio.sleep(LOOK_AGAIN_S)
