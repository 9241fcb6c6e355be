"""The database: SQLAlchemy sessions for changes, an asyncpg pool for the hottest reads.

Every transaction carries its workspace as `parvis.workspace` and, of a caller who is held to
some communities, those as `parvis.communities`: row-level security reads both.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Self
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import Connection as SyncConnection
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import Session, SessionTransaction
from sqlmodel import Session as SyncSession
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.connections import Connection
from domain.kernel.nudges import PENDING, Nudges
from domain.kernel.pooling import refuse_forgetful_pooler
from domain.kernel.reaching import DATABASE, reaching
from domain.kernel.reads import CONNECTS_WITHIN_S, ReadPool
from domain.kernel.roles import refuse_unfit_role
from domain.kernel.unfinished import refuse_unfinished_restore

Reads = asyncpg.Pool | asyncpg.Connection | PoolConnectionProxy
WORKSPACE = "workspace"
COMMUNITIES = "communities"
CLOSING = "closing"
CHANGED = "changed"
ROUTINE = "routine"
DRIVER = "driver"
SET_TENANT = "SET LOCAL parvis.workspace = '{}'; SET LOCAL parvis.communities = '{}';"
SET_ROUTINE = "SET LOCAL plan_cache_mode = force_generic_plan;"
HOLD = "SELECT set_config('parvis.communities', $1, true)"


class TenantSession(SyncSession):
    """Sets its workspace at the begin of every transaction and runs the closing statements."""


@event.listens_for(TenantSession, "after_begin")
def _begin(session: Session, begun: SessionTransaction, connection: SyncConnection) -> None:
    """Begins on the driver at once, with the tenant: one round trip instead of two."""
    if begun.nested:
        return
    workspace_id: UUID | None = session.info.get(WORKSPACE)
    opening = ""
    if workspace_id is not None:
        opening = SET_TENANT.format(workspace_id, _as_array(session.info.get(COMMUNITIES)))
        opening += SET_ROUTINE if session.info.get(ROUTINE) else ""
    adapted: Any = connection.connection.dbapi_connection
    session.info[DRIVER] = adapted.driver_connection
    adapted.driver_connection.opening = opening
    try:
        adapted.run_async(lambda _: adapted._start_transaction())  # noqa: SLF001 - nothing else starts one without a statement
    except BaseException:
        # Begun or not, nobody knows.
        connection.invalidate()
        raise


@event.listens_for(TenantSession, "after_transaction_end")
def _end(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(DRIVER, None)


@event.listens_for(TenantSession, "before_commit")
def _close(session: Session) -> None:
    if session.in_nested_transaction():
        # The end of a savepoint: locks that must be short wait for the end of the whole.
        return
    closing: list[Callable[[Session], None]] = session.info.pop(CLOSING, [])
    if closing:
        session.flush()
    for statement in closing:
        statement(session)
    session.info[CHANGED] = bool(closing)


def at_close(session: AsyncSession, statement: Callable[[Session], None]) -> None:
    """Runs `statement` once, last before the commit: for locks that must be short."""
    closing = session.info.setdefault(CLOSING, [])
    if statement not in closing:
        closing.append(statement)


async def driver_of(session: AsyncSession) -> asyncpg.Connection:
    """The asyncpg connection under a session, inside its transaction.

    Whole columns as arrays go through it: binding them through SQLAlchemy costs as much as the
    statement. What the session still holds is not there yet: flush it first.
    """
    if DRIVER not in session.info:
        await session.connection()
    raw: asyncpg.Connection = session.info[DRIVER]
    return raw


def run_on_driver(session: Session, statement: str, *values: object) -> None:
    """For closing statements, which cannot wait by themselves."""
    adapted: Any = session.connection().connection.dbapi_connection
    adapted.run_async(lambda raw: raw.execute(statement, *values))


POOL_PATIENCE_S = 30.0
"""For a connection that others have, where nobody says how long to wait: SQLAlchemy's own."""
EXPORTS = 2
"""Pages of exports that a process makes at once; forty took every connection for minutes."""


class Database:
    """The connections of one process."""

    def __init__(self, engine: AsyncEngine, reads: asyncpg.Pool, nudges: Nudges) -> None:
        self._engine = engine
        self.reads = reads
        self._nudges = nudges
        self._exports = asyncio.Semaphore(EXPORTS)
        self._told: list[Callable[[UUID], None]] = []

    @classmethod
    async def open(
        cls,
        url: str,
        nudges: Nudges,
        *,
        pool_size: int,
        read_pool_size: int,
        statement_cache_size: int,
        patience_s: float | None = None,
    ) -> Self:
        """Opens both pools; the first connection proves the address and the role.

        `patience_s` is what a statement, or the wait for a connection, may take; None: any time.
        What took longer raises `TimeoutError`; of a commit nobody knows then what came of it.

        Raises `ServerUnusable` when it is away or refuses us, for a role that row-level security
        would not hold or that could read nothing, for a restore that has not ended, and for
        statements that a pooler would forget.
        """
        engine = _engine(
            url,
            size=pool_size,
            statement_cache_size=statement_cache_size,
            patience_s=patience_s,
        )
        reads = ReadPool(
            url,
            max_size=read_pool_size,
            statement_cache_size=statement_cache_size,
            patience_s=patience_s,
        )
        try:
            with reaching(DATABASE):
                await reads
                await refuse_unfit_role(reads)
                await refuse_unfinished_restore(reads)
                await refuse_forgetful_pooler(url, statement_cache_size=statement_cache_size)
        except BaseException:
            reads.terminate()
            raise
        return cls(engine, reads, nudges)

    async def close(self) -> None:
        await self.reads.close()
        await self._engine.dispose()

    def tell_of_changes(self, told: Callable[[UUID], None]) -> None:
        """Calls `told` with a workspace once something of it was changed and committed here."""
        self._told.append(told)

    def acting(self, caller: Caller) -> AbstractAsyncContextManager[AsyncSession]:
        """One transaction of a caller, as `transaction`: it shows what they may see."""
        return self.transaction(caller.workspace_id, caller.communities)

    @asynccontextmanager
    async def exporting(self, caller: Caller) -> AsyncIterator[AsyncSession]:
        """As `acting`, for a page of an export: whatever else is asked for finds a connection."""
        async with self._exports, self.acting(caller) as session:
            yield session

    @asynccontextmanager
    async def transaction(
        self,
        workspace_id: UUID | None,
        communities: frozenset[UUID] | None = None,
        *,
        is_routine: bool = False,
    ) -> AsyncIterator[AsyncSession]:
        """One transaction of one workspace: committed at the end, its nudges sent after.

        Without a workspace only shared tables and functions show anything. `communities` are the
        only ones it shows; None: all. The statements of a routine have one good plan whatever is
        asked: each connection plans them once, not for each of its first five calls.
        """
        async with AsyncSession(
            self._engine, sync_session_class=TenantSession, expire_on_commit=False
        ) as session:
            session.info[WORKSPACE] = workspace_id
            session.info[COMMUNITIES] = communities
            session.info[ROUTINE] = is_routine
            async with session.begin():
                yield session
            if workspace_id is not None and session.info.get(CHANGED):
                for told in self._told:
                    told(workspace_id)
            await self._nudges.send(session.info.pop(PENDING, []))


def _engine(
    url: str, *, size: int, statement_cache_size: int, patience_s: float | None
) -> AsyncEngine:
    async def connect(*_: object, **__: object) -> asyncpg.Connection:
        return await asyncpg.connect(
            url,
            statement_cache_size=statement_cache_size,
            connection_class=Connection,
            timeout=CONNECTS_WITHIN_S,
            command_timeout=patience_s,
        )

    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        pool_size=size,
        max_overflow=0,
        pool_timeout=patience_s or POOL_PATIENCE_S,
        # What is warm is taken first: plans and catalogues are each connection's own.
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args={"prepared_statement_cache_size": statement_cache_size},
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


@asynccontextmanager
async def held(reads: Reads, caller: Caller) -> AsyncIterator[Reads]:
    """Hot reads that show what the caller may see.

    For one who is held to communities: a transaction that says so. A session's own connection
    stands in its transaction already.
    """
    if caller.communities is None or not isinstance(reads, asyncpg.Pool):
        yield reads
        return
    async with reads.acquire() as connection, connection.transaction():
        await connection.execute(HOLD, _as_array(caller.communities))
        yield connection


def _as_array(communities: Iterable[UUID] | None) -> str:
    """As PostgreSQL writes an array, so that none is something else than all, which is empty."""
    if communities is None:
        return ""
    return "{" + ",".join(sorted(map(str, communities))) + "}"


def _refuse_closed(connection: DBAPIConnection, *_: object) -> None:
    """Has the pool open another. asyncpg knows what is closed: PostgreSQL need not be asked."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError
