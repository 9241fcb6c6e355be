"""Waiting for what a network works on: it is asked a few times, later and later, then left alone.

The way out does the waiting (`Call.after`), so that no connector keeps a clock.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from domain.connector.errors import StillWorking

T = TypeVar("T")


async def asked_until_there(
    ask: Callable[[timedelta], Awaitable[T | None]], waits_s: Sequence[float], message: str
) -> T:
    """What `ask` gives once it gives anything, called with how long to wait before it asks.

    Raises `StillWorking` where it does not: the delivery comes back for it later.
    """
    for wait_s in waits_s:
        found = await ask(timedelta(seconds=wait_s))
        if found is not None:
            return found
    raise StillWorking(message)
