"""The smallest world a test needs: a workspace, a token in it, a client that carries it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
from arq.connections import ArqRedis
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from starlette.types import ASGIApp

from domain.accounts.tables import Account
from domain.identity.service import create_token
from domain.kernel.caller import Caller, Scope, worker
from domain.kernel.database import Database
from domain.kernel.ids import new_id
from domain.kernel.nudges import Nudges
from domain.workspaces.queries import find_workspace
from domain.workspaces.service import create_workspace
from domain.workspaces.shapes import WorkspaceKind
from domain.workspaces.tables import TestClock

WORKER = UUID("01890000-0000-7000-8000-00000000a001")
"""Claims what no test minds by whom."""


@dataclass(frozen=True)
class Tenant:
    """A workspace and a client whose token has every scope in it."""

    workspace_id: UUID
    caller: Caller
    token: str
    client: httpx2.AsyncClient


@asynccontextmanager
async def small_database(url: str, redis: ArqRedis) -> AsyncIterator[Database]:
    """A few connections of their own."""
    opened = await Database.open(
        url, Nudges(redis), pool_size=2, read_pool_size=1, statement_cache_size=256
    )
    try:
        yield opened
    finally:
        await opened.close()


@asynccontextmanager
async def client_for(app: ASGIApp, token: str | None) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://parvis.test", headers=headers
    ) as client:
        yield client


async def make_workspace(database: Database, kind: WorkspaceKind = WorkspaceKind.LIVE) -> UUID:
    workspace_id = new_id()
    async with database.transaction(workspace_id) as session:
        await create_workspace(
            session,
            worker(workspace_id),
            slug=f"ws-{workspace_id.hex[-12:]}",
            name="Test house",
            kind=kind,
            now=datetime.now(UTC),
        )
    return workspace_id


async def make_token(
    database: Database, workspace_id: UUID, scopes: Iterable[Scope] = tuple(Scope)
) -> str:
    async with database.transaction(workspace_id) as session:
        made = await create_token(
            session,
            worker(workspace_id),
            name="test",
            scopes=scopes,
            expires_at=None,
            now=datetime.now(UTC),
        )
    return made.token


@asynccontextmanager
async def make_tenant(
    app: FastAPI, database: Database, kind: WorkspaceKind = WorkspaceKind.LIVE
) -> AsyncIterator[Tenant]:
    workspace_id = await make_workspace(database, kind)
    token = await make_token(database, workspace_id)
    async with client_for(app, token) as client:
        yield Tenant(workspace_id, worker(workspace_id), token, client)


async def give_clock(database: Database, tenant: Tenant) -> None:
    """Makes a furnished workspace one for tests, as none is once it was founded."""
    async with database.transaction(tenant.workspace_id) as session:
        session.add(TestClock(workspace_id=tenant.workspace_id))
        (await find_workspace(session, tenant.caller)).kind = WorkspaceKind.TEST


@asynccontextmanager
async def opened(app: FastAPI) -> AsyncIterator[FastAPI]:
    # A machine that is busy is no failure.
    async with LifespanManager(app, startup_timeout=60, shutdown_timeout=60):
        yield app


async def make_account(
    database: Database, workspace_id: UUID, community_id: UUID, **changes: Any
) -> UUID:
    """A connected account as a worker would leave it."""
    now = datetime.now(UTC)
    row = Account(
        workspace_id=workspace_id,
        id=new_id(),
        **{
            "community_id": community_id,
            "network": "sandbox",
            "state": "connected",
            "server": "http://sandbox.test",
            "remote_id": new_id().hex,
            "handle": "vaud",
            "measures": {},
            "created_at": now,
            "updated_at": now,
            **changes,
        },
    )
    async with database.transaction(workspace_id) as session:
        session.add(row)
    return row.id
