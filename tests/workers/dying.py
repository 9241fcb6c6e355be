"""A worker process that dies in the very renewal of a grant: the network has answered."""

import asyncio
import os
import signal
import sys
from uuid import UUID

from domain.connector.http import Call, Reply
from domain.kernel.nudges import open_queue
from domain.kernel.settings import Settings
from tests.conftest import NOW
from tests.workers.world import make_context
from tests.world import small_database
from workers.outward import open_line
from workers.ways import Purpose


async def killed(call: Call) -> Reply:
    """Whatever the network answers is lost with the process."""
    print(call.headers["authorization"], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


async def main(settings: Settings, workspace_id: UUID, account_id: UUID) -> None:
    redis = open_queue(settings.redis_url.get_secret_value())
    async with small_database(settings.database_url.get_secret_value(), redis) as database:
        context = make_context(settings, database, redis, killed)
        await open_line(context, workspace_id, account_id, purpose=Purpose.READ, now=NOW)


if __name__ == "__main__":
    asyncio.run(main(Settings(), UUID(sys.argv[1]), UUID(sys.argv[2])))
