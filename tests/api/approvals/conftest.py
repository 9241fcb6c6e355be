"""A house with people who may approve, each with a client and a mailbox of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from domain.kernel.database import Database
from domain.kernel.ids import read
from tests.browsing import Tab, browsing
from tests.desk import Desk
from tests.domain.identity.build import build_key
from tests.world import client_for


@dataclass(frozen=True)
class Person:
    id: str
    email: str
    client: httpx2.AsyncClient

    async def decide(self, review: str, verdict: str, status: int, **body: Any) -> dict[str, Any]:
        answer = await self.client.post(f"/v1/reviews/{review}/{verdict}", json=body)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found


Hire = Callable[..., Awaitable[Person]]


@pytest.fixture
async def hire(app: FastAPI, database: Database, desk: Desk) -> AsyncIterator[Hire]:
    async with AsyncExitStack() as stack:

        async def take(name: str, role: str = "community_manager", **more: Any) -> Person:
            body = {"name": name, "email": f"{name.lower()}@example.ch", "role": role, **more}
            made = await desk.post("/v1/members", 201, **body)
            key = await build_key(database, desk.tenant.workspace_id, read("mem", made["id"]))
            client = await stack.enter_async_context(client_for(app, key))
            return Person(made["id"], made["email"], client)

        yield take


@pytest.fixture
async def tab(app: FastAPI) -> AsyncIterator[Tab]:
    async with browsing(app) as found:
        yield found
