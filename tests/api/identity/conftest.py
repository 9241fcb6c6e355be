"""Members of a tenant, each with a client that carries their own key."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI

from domain.kernel.database import Database
from domain.workspaces.shapes import Role
from tests.domain.identity.build import build_key, build_member
from tests.world import Tenant, client_for


@dataclass(frozen=True)
class Person:
    """A member and a client that acts for them."""

    member_id: UUID
    client: httpx2.AsyncClient


Join = Callable[..., Awaitable[Person]]


@pytest.fixture
async def join(app: FastAPI, database: Database, tenant: Tenant) -> AsyncIterator[Join]:
    """Adds a member with a role to the tenant; `changes` are of their key."""
    async with AsyncExitStack() as stack:

        async def add(role: Role = Role.OWNER, **changes: Any) -> Person:
            member_id = await build_member(database, tenant.workspace_id, role)
            key = await build_key(database, tenant.workspace_id, member_id, **changes)
            return Person(member_id, await stack.enter_async_context(client_for(app, key)))

        yield add
