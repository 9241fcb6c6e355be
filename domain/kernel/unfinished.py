"""The mark of a restore that has not ended: a schema of its own, which every role can see.

Before what fell due is in doubt, a restored database looks whole, and workers would send it again.
"""

import asyncpg

from domain.kernel.reaching import ServerUnusable

_MARK = "parvis_restoring"
_IS_THERE = f"SELECT to_regnamespace('{_MARK}') IS NOT NULL"
_BACKUP = f"SELECT obj_description(to_regnamespace('{_MARK}'), 'pg_namespace')"


class RestoreUnfinished(ServerUnusable):
    """A restore into this database was ended on its way."""

    def __init__(self) -> None:
        super().__init__(
            "A restore into this database has not ended.",
            "Run ./parvis restore once more, with the same backup.",
        )


async def refuse_unfinished_restore(reads: asyncpg.Pool | asyncpg.Connection) -> None:
    """Raises `RestoreUnfinished`."""
    if await reads.fetchval(_IS_THERE):
        raise RestoreUnfinished


async def begun_restore(owner: asyncpg.Connection) -> str | None:
    """The SHA-256, in hexadecimal, of the database that a restore began to read."""
    found: str | None = await owner.fetchval(_BACKUP)
    return found


async def begin_restore(owner: asyncpg.Connection, sha256: str) -> None:
    async with owner.transaction():
        await owner.execute(f"CREATE SCHEMA IF NOT EXISTS {_MARK}")
        await owner.execute(f"COMMENT ON SCHEMA {_MARK} IS '{sha256}'")


async def end_restore(owner: asyncpg.Connection) -> None:
    await owner.execute(f"DROP SCHEMA {_MARK}")
