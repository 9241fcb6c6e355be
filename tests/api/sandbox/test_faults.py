"""Faults as they reach a worker: over real sockets, through the one HTTP client."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import uvicorn

from api.sandbox.app import sandbox_app
from domain.connector.errors import GrantExpired, OutcomeUnknown, RateLimited, Unavailable
from domain.connector.http import Call, Http
from domain.connector.words import Access, Checkpoint, Draft, Login, Part
from domain.kernel.database import Database
from domain.networks.sandbox import connect, inbox, publish
from workers.http import OutwardHttp


class Served:
    """The sandbox on a port of its own, and an account on it."""

    def __init__(self, http: Http, root: str) -> None:
        self.http, self.root = http, root
        self.token = self.handle = ""
        self.access: Access | None = None

    async def set_up(self, handle: str) -> None:
        call = Call("POST", f"{self.root}/v1/accounts", json={"handle": handle})
        self.handle, self.token = handle, str(self._json(await self.http(call))["token"])
        login = Login({"server": self.root, "handle": handle, "token": self.token})
        connected = await connect.connect(self.http, login, now=datetime.now(UTC))
        self.access = Access(self.root, "", handle, connected.grant)

    async def fault(self, **fault: str | float) -> None:
        await self._play("POST", "faults", [fault])

    async def texts(self) -> list[str]:
        posts = (await self._play("GET", "state", None))["posts"]
        assert isinstance(posts, list)
        return [post["text"] for post in posts]

    async def publish(self) -> None:
        async def save(_: Checkpoint) -> None: ...

        assert self.access is not None
        draft = Draft("key", (Part("Once"),))
        await publish.publish(self.http, self.access, draft, {}, save, now=datetime.now(UTC))

    async def look_up(self) -> bool:
        assert self.access is not None
        draft, since = Draft("key", (Part("Once"),)), datetime.now(UTC)
        found = await publish.look_up(self.http, self.access, draft, {}, since=since)
        return found is not None

    async def _play(self, method: str, path: str, body: object) -> dict[str, object]:
        url = f"{self.root}/v1/accounts/{self.handle}/{path}"
        headers = {"authorization": f"Bearer {self.token}"}
        call = Call(method, url, headers=headers, json=body)  # type: ignore[arg-type]  # any JSON
        return self._json(await self.http(call))

    @staticmethod
    def _json(reply: object) -> dict[str, object]:
        found = reply.json()  # type: ignore[attr-defined]  # a Reply of any way out
        assert isinstance(found, dict)
        return found


@pytest.fixture
async def served(database: Database) -> AsyncIterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        root = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = sandbox_app(database=lambda: database, root=root)
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="critical"))
        running = asyncio.create_task(server.serve([listening]))
        async with OutwardHttp(
            allow=[root], timeout_s=1, max_bytes=100_000, user_agent="Parvis/test"
        ) as http:
            while not server.started:  # noqa: ASYNC110  uvicorn tells no other way
                await asyncio.sleep(0.01)
            found = Served(http, root)
            await found.set_up(f"f{uuid4().hex[:12]}")
            yield found
        server.should_exit = True
        await running


@pytest.mark.parametrize(
    "kind", ["timeout_after_success", "reset_after_success", "truncated_after_success"]
)
async def test_a_post_whose_answer_was_lost_stands_there(served: Served, kind: str) -> None:
    await served.fault(on="publish", kind=kind, seconds=20)

    with pytest.raises(OutcomeUnknown):
        await served.publish()

    assert await served.texts() == ["Once"]
    assert await served.look_up()


@pytest.mark.parametrize("kind", ["timeout_before", "reset_before"])
async def test_a_post_that_was_lost_before_is_not_there(served: Served, kind: str) -> None:
    await served.fault(on="publish", kind=kind, seconds=20)

    with pytest.raises(OutcomeUnknown):
        await served.publish()

    assert await served.texts() == []
    assert not await served.look_up()


async def test_a_token_that_was_revoked_stays_so(served: Served) -> None:
    await served.fault(on="publish", kind="revoked_token")

    for _ in range(2):
        with pytest.raises(GrantExpired):
            await served.publish()

    assert await served.texts() == []


async def test_a_wait_that_was_asked_for_is_told(served: Served) -> None:
    await served.fault(on="read", kind="rate_limited", seconds=90)
    assert served.access is not None
    begun = datetime.now(UTC)

    with pytest.raises(RateLimited) as refusal:
        await inbox.read(served.http, served.access, None)

    assert refusal.value.until is not None
    assert 85 < (refusal.value.until - begun).total_seconds() < 95


async def test_reading_that_is_cut_off_may_be_repeated(served: Served) -> None:
    await served.fault(on="read", kind="reset_after_success")
    assert served.access is not None

    with pytest.raises(Unavailable):
        await inbox.read(served.http, served.access, None)

    assert (await inbox.read(served.http, served.access, None)).items == ()
