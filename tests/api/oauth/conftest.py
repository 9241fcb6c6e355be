"""A registered program, and a member of the tenant who is signed in in a browser."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from domain.kernel.database import Database
from domain.workspaces.shapes import Role
from tests.api.oauth.walking import Program, Resident, register
from tests.browsing import Tab, browsing
from tests.domain.identity.build import build_member
from tests.people import make_person, sign_in
from tests.world import Tenant


@pytest.fixture
async def tab(app: FastAPI) -> AsyncIterator[Tab]:
    """A browser in which nobody is signed in."""
    async with browsing(app) as found:
        yield found


@pytest.fixture
async def resident(app: FastAPI, database: Database, tenant: Tenant) -> AsyncIterator[Resident]:
    person = await make_person(database)
    member_id = await build_member(
        database, tenant.workspace_id, Role.COMMUNITY_MANAGER, user_id=person.id
    )
    async with browsing(app) as found:
        await sign_in(found, person)
        yield Resident(person.id, member_id, person.email, found)


@pytest.fixture
async def program(tenant: Tenant, stranger: httpx2.AsyncClient) -> Program:
    """A confidential application of the tenant."""
    return await register(tenant, stranger)


@pytest.fixture
async def public(tenant: Tenant, stranger: httpx2.AsyncClient) -> Program:
    """An application that keeps no secret."""
    return await register(tenant, stranger, with_secret=False)
