"""The sandbox network on a test's own stage: an account to play with, and a way to call it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2

from api.sandbox.app import sandbox_app
from domain.connector.http import Call, Reply
from domain.connector.words import Access, Login
from domain.kernel.database import Database
from domain.networks.sandbox import connect

ROOT = "http://sandbox.test"


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Player:
    """One sandbox account: its own token, a session, and what tests do with it."""

    client: httpx2.AsyncClient
    handle: str
    token: str
    access: Access

    async def play(self, path: str, **body: Any) -> dict[str, Any]:
        return await self._asked("POST", path, body)

    async def people(self, person: str, kind: str, **more: Any) -> dict[str, Any]:
        return await self._asked("POST", "people", {"person": person, "kind": kind, **more})

    async def faults(self, *faults: dict[str, Any]) -> None:
        await self._asked("POST", "faults", list(faults))

    async def state(self) -> dict[str, Any]:
        return await self._asked("GET", "state", None)

    async def texts(self) -> list[str]:
        """What the account itself published and did not delete, oldest first."""
        posts = (await self.state())["posts"]
        return [post["text"] for post in posts if post["is_own"] and not post["deleted_at"]]

    async def _asked(self, method: str, path: str, body: object) -> dict[str, Any]:
        reply = await self.client.request(
            method,
            f"/v1/accounts/{self.handle}/{path}",
            headers={"authorization": f"Bearer {self.token}"},
            json=body,
        )
        assert reply.is_success, reply.text
        found: dict[str, Any] = reply.json()
        return found


@dataclass(frozen=True)
class Stage:
    """The network in this process, and the `Http` port to it."""

    client: httpx2.AsyncClient
    clock: Clock
    calls: list[Call] = field(default_factory=list)

    async def __call__(self, call: Call) -> Reply:
        self.calls.append(call)
        reply = await self.client.request(
            call.method,
            call.url,
            params=list(call.query),
            headers=dict(call.headers),
            json=call.json,
            data=dict(call.form) if call.files else None,
            files=[(f.name, (f.file_name, f.content, f.content_type)) for f in call.files] or None,
        )
        return Reply(reply.status_code, dict(reply.headers), reply.content, str(reply.url))

    async def account(self, **options: Any) -> Player:
        handle = options.pop("handle", f"t{uuid4().hex[:12]}")
        made = await self.client.post("/v1/accounts", json={"handle": handle, **options})
        assert made.status_code == 201, made.text
        token = made.json()["token"]
        login = Login({"server": ROOT, "handle": handle, "token": token})
        connected = await connect.connect(self, login, now=self.clock())
        access = Access(ROOT, connected.profile.remote_id, handle, connected.grant)
        return Player(self.client, handle, token, access)


@asynccontextmanager
async def open_stage(database: Database) -> AsyncIterator[Stage]:
    clock = Clock()
    app = sandbox_app(database=lambda: database, root=ROOT, clock=clock)
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url=ROOT) as client:
        yield Stage(client, clock)
