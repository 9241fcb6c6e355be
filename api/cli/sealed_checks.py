"""The check of `doctor` that every secret can be opened with the key ring there is."""

from collections import Counter
from collections.abc import Collection

from asyncpg import PostgresError
from sqlalchemy.exc import DBAPIError

from api.cli.findings import Finding
from api.cli.sealed import keys_of_others, usage
from domain.kernel.database import Database
from domain.kernel.nudges import Nudges, open_queue
from domain.kernel.sealing import KeyRing


async def secrets_can_be_opened(database_url: str, redis_url: str, ring: str) -> Finding:
    """Each key that seals something is on the ring; names the earlier ones still needed."""
    redis = open_queue(redis_url)
    database = await Database.open(
        database_url, Nudges(redis), pool_size=1, read_pool_size=1, statement_cache_size=0
    )
    try:
        keys = KeyRing.parse(ring)
        return judge(await usage(database), keys, await keys_of_others(database, keys))
    except (DBAPIError, PostgresError) as error:
        kind = type(error.orig if isinstance(error, DBAPIError) else error).__name__
        return Finding(f"Secrets cannot be counted ({kind}).", "./parvis migrate")
    finally:
        await database.close()
        await redis.aclose()


def judge(used: Counter[str], ring: KeyRing, of_others: Collection[str]) -> Finding:
    """`of_others` are ids on the ring whose key is not the one that sealed."""
    if of_others:
        named = ", ".join(f"{used[key]} under {key}" for key in sorted(of_others))
        return Finding(
            f"Secrets cannot be opened: the ring's key of that name is another one ({named}).",
            "Put the key that sealed them in its place; a backup may have it.",
        )
    missing = [f"{used[key]} under {key}" for key in sorted(used.keys() - ring.keys.keys())]
    if missing:
        return Finding(
            f"Secrets cannot be opened: {', '.join(missing)}.",
            "Put the key back on the ring, last; a backup may have it.",
        )
    earlier = [f"{used[key]} under {key}" for key in list(ring.keys)[1:] if used[key]]
    if earlier:
        return Finding(
            f"All secrets can be opened, {', '.join(earlier)}: run ./parvis rotate-keys before an "
            "earlier key goes."
        )
    return Finding(f"All {used[ring.newest]} secrets are sealed under {ring.newest}.")
