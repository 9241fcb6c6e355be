"""Fills a fresh database with made-up tenants: one heavy workspace and many small ones.

Everything is made inside PostgreSQL by the owner, in the order of time, with indexes and foreign
keys set aside meanwhile; so two million mentions take minutes, not hours.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from api.cli.surroundings import owner_url
from api.state import open_state
from domain.kernel.caller import worker
from domain.kernel.settings import Settings
from domain.metrics.service import recount_account
from tests.benchmarks import world_sql

HEAVY_SHARE = 4  # of ten rows
METRICS_MEASURED = 3
MEASURED = timedelta(days=105)
SPARE = 1.2
HISTORY = timedelta(days=330)
BUILT = (
    "mentions",
    "posts",
    "variants",
    "deliveries",
    "authors",
    "conversations",
    "mention_words",
)


@dataclass(frozen=True)
class Size:
    mentions: int
    posts: int
    samples: int
    small_workspaces: int = 40


@dataclass(frozen=True)
class Loaded:
    """What the workloads ask for, all of the heavy workspace."""

    workspace_id: UUID
    community_id: UUID
    mention_ids: Sequence[UUID]
    word: str
    """One that about one mention in a hundred holds."""


@dataclass(frozen=True)
class Measured:
    """An account as counting needs it."""

    id: UUID
    community_id: UUID
    network: str


async def load(url: str, size: Size) -> Loaded:
    """Makes the data set and gathers statistics of it."""
    connection = await asyncpg.connect(url, statement_cache_size=0)
    try:
        await connection.execute("SET synchronous_commit = off; SET work_mem = '64MB'")
        await connection.execute("SET maintenance_work_mem = '256MB'")
        await connection.execute(world_sql.FUNCTIONS)
        await connection.execute(world_sql.ground(size.small_workspaces, HEAVY_SHARE))
        await connection.execute(world_sql.words())
        async with _bare(connection, BUILT):
            await connection.execute(world_sql.posts(size.posts, HISTORY.days))
            await connection.execute(world_sql.authors(max(size.mentions // 10, 100)))
            await connection.execute(world_sql.conversations(size.mentions, HISTORY.days))
            await connection.execute(world_sql.mentions())
        await _sample(connection, size.samples)
        await connection.execute("ANALYZE")
        return await _seen(connection)
    finally:
        await connection.close()


async def _sample(connection: asyncpg.Connection, rows: int) -> None:
    """Spreads samples over the posts of the last months; some are too young for a full share."""
    await connection.execute(world_sql.measured(MEASURED.days))
    months = "SELECT parvis_make_sample_months((now() - interval '5 months')::date, 8)"
    await connection.execute(months)
    posts = await connection.fetchval("SELECT count(*) FROM bench_s")
    share = SPARE * rows / (METRICS_MEASURED * max(posts, 1))
    # Whole days: of one that lacks a metric engagements are unknown, and its likes are not.
    whole = rows - rows % METRICS_MEASURED
    await connection.execute(world_sql.samples(whole, min(round(share) + 1, MEASURED.days)))


async def count_samples(settings: Settings, workspace_id: UUID) -> None:
    """Counts the samples of a workspace's accounts, as a repair after an import would."""
    async with open_state(settings) as state:
        connection = await asyncpg.connect(owner_url(settings))
        rows = await connection.fetch(
            "SELECT id, community_id, network FROM accounts WHERE workspace_id = $1", workspace_id
        )
        for row in rows:
            async with state.database.transaction(workspace_id) as session:
                await recount_account(session, worker(workspace_id), Measured(*row))
        await connection.execute("ANALYZE")
        await connection.close()


@asynccontextmanager
async def _bare(connection: asyncpg.Connection, tables: Sequence[str]) -> AsyncIterator[None]:
    """Tables without their foreign keys and plain indexes, which come back at the end."""
    again: list[str] = []
    for row in await connection.fetch(world_sql.SET_ASIDE, list(tables)):
        await connection.execute(row["drop"])
        again.append(row["make"])
    yield
    for statement in reversed(again):
        await connection.execute(statement)
    if broken := await connection.fetchval(world_sql.BROKEN):
        raise LookupError(f"The index {broken} is not on every part of its table.")


async def _seen(connection: asyncpg.Connection) -> Loaded:
    workspace_id = await connection.fetchval("SELECT id FROM bench_w WHERE n = 0")
    rows = await connection.fetch(
        "SELECT id FROM mentions WHERE workspace_id = $1 AND status = 'open'"
        " ORDER BY said_at DESC LIMIT 500",
        workspace_id,
    )
    community_id = await connection.fetchval("SELECT id FROM bench_c WHERE w = 0 AND k = 0")
    ids = [row["id"] for row in rows]
    return Loaded(workspace_id, community_id, ids, world_sql.RARE_WORD)
