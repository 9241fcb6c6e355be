"""How long an act may take, so that what came of it is recorded before its lease ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.connector.errors import NetworkError
from workers.context import Context

SHARE_OF_LEASE = 0.8


@asynccontextmanager
async def in_time(
    context: Context,
    late: type[NetworkError],
    message: str = "The network took too long.",
    code: str = "outbound.timed_out",
) -> AsyncIterator[None]:
    """Raises `late` once the act has taken its share of a lease."""
    try:
        async with asyncio.timeout(context.settings.lease_s * SHARE_OF_LEASE):
            yield
    except TimeoutError as error:
        raise late(message, code=code) from error
