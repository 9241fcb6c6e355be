"""A desk to plan at: a calendar and a connected account, through REST."""

from dataclasses import dataclass
from typing import Any

import httpx2

from tests.world import Tenant


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
