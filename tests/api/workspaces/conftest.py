"""Members of the tenant, each with a client of their own, and people with browsers."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI

from domain.kernel.database import Database
from domain.kernel.ids import show
from domain.workspaces.shapes import Role
from tests.browsing import Tab, browsing
from tests.domain.identity.build import build_key, build_member
from tests.people import Person, letters_to, make_person
from tests.world import Tenant, client_for


@dataclass(frozen=True)
class Seated:
    """A member and a client whose key has every scope that their role leaves it."""

    member_id: UUID
    client: httpx2.AsyncClient

    @property
    def id(self) -> str:
        return show("mem", self.member_id)

    @property
    def path(self) -> str:
        return f"/v1/members/{self.id}"


Seat = Callable[..., Awaitable[Seated]]


@pytest.fixture
async def seat(app: FastAPI, database: Database, tenant: Tenant) -> AsyncIterator[Seat]:
    async with AsyncExitStack() as stack:

        async def take(role: Role = Role.OWNER, **changes: Any) -> Seated:
            member_id = await build_member(database, tenant.workspace_id, role, **changes)
            key = await build_key(database, tenant.workspace_id, member_id)
            return Seated(member_id, await stack.enter_async_context(client_for(app, key)))

        yield take


@pytest.fixture
async def tab(app: FastAPI) -> AsyncIterator[Tab]:
    async with browsing(app) as found:
        yield found


@pytest.fixture
async def person(database: Database) -> Person:
    return await make_person(database)


async def last_event(tenant: Tenant) -> dict[str, Any]:
    """The newest of the log, kept short by each test."""
    page = (await tenant.client.get("/v1/events?limit=100")).json()
    assert not page["page"]["has_more"]
    found: dict[str, Any] = page["data"][-1]
    return found


async def make_community(tenant: Tenant, slug: str) -> str:
    body = {"name": slug, "slug": slug, "time_zone": "Europe/Zurich"}
    made = await tenant.client.post("/v1/communities", json=body)
    assert made.status_code == 201, made.text
    id_: str = made.json()["id"]
    return id_


async def link_to(database: Database, email: str, page: str) -> str:
    """The path of the link to a page in the newest letter to an address."""
    [newest, *_] = await letters_to(database, email)
    found = re.search(rf"http://[^/\s]+(/{page}/pv[ixa]_[0-9A-Za-z]+)\n", newest.text or "")
    assert found is not None, newest.text
    return found[1]
