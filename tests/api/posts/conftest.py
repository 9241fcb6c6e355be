"""A calendar and a connected account to plan for."""

from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from domain.kernel.database import Database
from domain.kernel.ids import read, show
from tests.world import Tenant, make_account


@dataclass(frozen=True)
class Desk:
    """What a community manager works with, ids as the api shows them."""

    tenant: Tenant
    community: str
    calendar: str
    account: str

    @property
    def client(self) -> httpx2.AsyncClient:
        return self.tenant.client

    async def post(self, path: str, status: int, **body: Any) -> dict[str, Any]:
        answer = await self.client.post(path, json=body)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def draft(self, **changes: Any) -> dict[str, Any]:
        body = {
            "calendar_id": self.calendar,
            "title": "Vigne",
            "text": "On taille.",
            "variants": [{"account_id": self.account}],
            **changes,
        }
        return await self.post("/v1/posts", 201, **body)


@pytest.fixture
async def desk(tenant: Tenant, database: Database) -> Desk:
    community = await tenant.client.post(
        "/v1/communities", json={"name": "Vaud", "slug": "vaud", "time_zone": "Europe/Zurich"}
    )
    community_id = community.json()["id"]
    calendar = await tenant.client.post(
        "/v1/calendars", json={"community_id": community_id, "name": "Main"}
    )
    account = await make_account(database, tenant.workspace_id, read("com", community_id))
    return Desk(tenant, community_id, calendar.json()["id"], show("acct", account))
