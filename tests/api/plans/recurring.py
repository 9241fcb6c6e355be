"""Recurrences at a desk, and the worker that makes their posts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.kernel.database import Database
from domain.kernel.ids import read
from domain.plans.making import follow
from tests.desk import Desk

Json = dict[str, Any]
ZURICH = ZoneInfo("Europe/Zurich")
HORIZON = timedelta(days=30)


def tomorrow(at: str = "09:00:00", days: int = 1) -> str:
    """A wall time in Zurich some days from now."""
    return f"{datetime.now(ZURICH).date() + timedelta(days=days)}T{at}"


@dataclass(frozen=True)
class Rota:
    """A desk, and its worker."""

    desk: Desk
    database: Database

    async def make(self, **changes: Any) -> Json:
        """A recurrence: every day from tomorrow on at nine."""
        body = {
            "calendar_id": self.desk.calendar,
            "title": "Vigne",
            "text": "On taille.",
            "variants": [{"account_id": self.desk.account}],
            "rule": "RRULE:FREQ=DAILY;COUNT=5",
            "starts_at": tomorrow(),
            **changes,
        }
        return await self.desk.post("/v1/recurrences", 201, **body)

    async def work(self, made: Json) -> None:
        """What the worker does with it now."""
        caller = self.desk.tenant.caller
        async with self.database.transaction(caller.workspace_id) as session:
            id_ = read("rec", made["id"])
            await follow(session, caller, id_, horizon=HORIZON, now=datetime.now(UTC))

    async def change(self, made: Json, status: int = 200, **changes: Any) -> Json:
        answer = await self.desk.client.patch(
            f"/v1/recurrences/{made['id']}", json=changes, headers={"If-Match": "*"}
        )
        assert answer.status_code == status, answer.text
        found: Json = answer.json()
        return found

    async def read(self, made: Json) -> Json:
        return await self._get(f"/v1/recurrences/{made['id']}")

    async def coming(self, made: Json) -> list[Json]:
        found: list[Json] = (await self._get(f"/v1/recurrences/{made['id']}/preview"))[
            "occurrences"
        ]
        return found

    async def posts(self, made: Json) -> list[Json]:
        """Its posts by time, ended ones too."""
        query = f"recurrence_id={made['id']}&sort=publish_at"
        found: list[Json] = (await self._get(f"/v1/posts?{query}"))["data"]
        return found

    async def planned(self, made: Json) -> list[tuple[str, str]]:
        """Wall time and text of its scheduled posts."""
        return [
            (each["wall_time"], each["text"])
            for each in await self.posts(made)
            if each["state"] == "scheduled"
        ]

    async def events(self, kind: str) -> list[Json]:
        found = (await self._get("/v1/events"))["data"]
        return [each for each in found if each["kind"] == kind]

    async def _get(self, path: str) -> Json:
        answer = await self.desk.client.get(path)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found
