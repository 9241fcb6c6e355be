"""Whether some worker is at work: `python -m api.cli.pulse`, a health check for containers."""

import asyncio
import sys

from arq.constants import health_check_key_suffix
from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.cli.findings import Finding
from api.cli.surroundings import read_settings
from api.cli.trouble import Trouble
from domain.kernel.nudges import QUEUE

KEY = QUEUE + health_check_key_suffix
_ANSWER_S = 3.0


async def workers_are_at_work(url: str) -> Finding:
    """A worker has said within the last seconds that it takes jobs from the queue."""
    client = Redis.from_url(url, socket_timeout=_ANSWER_S, socket_connect_timeout=_ANSWER_S)
    try:
        beats = await client.exists(KEY)
    except (RedisError, OSError) as error:
        return Finding(f"The queue does not answer ({type(error).__name__}).", "Start it.")
    finally:
        await client.aclose()
    if not beats:
        return Finding("No worker takes jobs.", "Start ./parvis work, or look at its log.")
    return Finding("Workers take jobs.")


if __name__ == "__main__":
    try:
        queue = read_settings().redis_url.get_secret_value()
    except Trouble as trouble:
        sys.exit(f"parvis: {trouble}")
    found = asyncio.run(workers_are_at_work(queue))
    sys.exit(found.what if found.is_wrong else 0)
