"""Alembic's entry: finds every floor's tables, connects as the owner, gives locks five seconds.

One migration at a time: another waits for its end and goes on from there.
"""

import asyncio
import os

import asyncpg
from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from domain.kernel.schema import whole_schema

TURN = "SELECT pg_advisory_xact_lock(hashtextextended('parvis migrate', 0))"


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=whole_schema())
    with context.begin_transaction():
        connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        context.run_migrations()


async def _connect() -> None:
    url = os.environ["MIGRATION_DATABASE_URL"]

    async def connect(*_: object, **__: object) -> asyncpg.Connection:
        return await asyncpg.connect(url, statement_cache_size=0)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    # A connection of its own holds the turn, as a migration may commit on its way.
    async with engine.connect() as turn, engine.connect() as connection:
        await turn.exec_driver_sql(TURN)
        await connection.run_sync(_migrate)
        await connection.commit()
    await engine.dispose()


asyncio.run(_connect())
