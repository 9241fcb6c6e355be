"""A worker, a network that can hold back its answers, and a clock that is moved by hand."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from arq.connections import ArqRedis
from sqlmodel import col, select

from domain.accounts.credentials import seal_grant
from domain.accounts.tables import Account
from domain.calendars.service import create_calendar
from domain.calendars.shapes import CreateCalendar
from domain.connector.http import Call, Reply
from domain.connector.words import Grant
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from domain.posts.command_shapes import CreatePost, SchedulePost, VariantInput
from domain.posts.planning import schedule_post
from domain.posts.service import create_post
from domain.posts.tables import Delivery
from tests.conftest import NOW
from tests.domain.accounts.build import KEYS, make_community
from tests.workers.world import make_context
from tests.world import make_account, make_workspace
from workers.context import Context
from workers.posts import deliver_due

LEASE = timedelta(seconds=60)


def listed(text: str, reply_to: str | None = None) -> dict[str, Any]:
    """A message of the account, as the sandbox lists it."""
    return {
        "id": text,
        "handle": "vaud",
        "text": text,
        "media": [],
        "language": None,
        "reply_to": reply_to,
        "root_id": reply_to,
        "url": f"http://sandbox.test/{text}",
        "created_at": NOW.isoformat(),
    }


class Sandbox:
    """Takes every post and notes its text; the gate holds back all answers while it is closed."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.refusals: dict[str, Exception] = {}
        self.shown: dict[str, dict[str, Any] | None] = {}
        """What differs from what was sent; None: it is gone."""
        self.listed: list[dict[str, Any]] = []
        """What it lists of the account's own posts."""
        self.asked: list[str] = []
        """What was asked of them, call by call."""
        self.silence: Exception | None = None

    async def __call__(self, call: Call) -> Reply:
        if call.url.endswith("/shown"):
            return self._shown(call)
        if call.url.endswith(("/me/posts", "/sessions/refresh")):
            self.asked.append(call.url.rpartition("/")[2])
            if self.silence is not None:
                raise self.silence
            return Reply(200, {}, json.dumps(self.listed).encode(), call.url)
        if call.method == "DELETE":
            gone = f"no {call.url.rpartition('/')[2]}"
            self.texts.append(gone)
            if gone in self.refusals:
                raise self.refusals[gone]
            return Reply(204, {}, b"", call.url)
        assert isinstance(call.json, dict)
        text = str(call.json["text"])
        self.texts.append(text)
        self.begun.set()
        await self.gate.wait()
        if text in self.refusals:
            raise self.refusals[text]
        found: dict[str, Any] = {
            "id": text,
            "handle": "vaud",
            "text": text,
            "media": [],
            "language": None,
            "reply_to": None,
            "root_id": None,
            "url": f"http://sandbox.test/{text}",
            "created_at": NOW.isoformat(),
        }
        return Reply(201, {}, json.dumps(found).encode(), call.url)

    def _shown(self, call: Call) -> Reply:
        ids = [value for _, value in call.query]
        self.asked.append(" ".join(ids))
        if self.silence is not None:
            raise self.silence
        told = {id_: self.shown.get(id_, {}) for id_ in ids}
        posts = [
            {"id": id_, "text": id_, "alt_texts": [], "url": id_, "edited_at": None} | each
            for id_, each in told.items()
            if each is not None
        ]
        return Reply(200, {}, json.dumps(posts).encode(), call.url)


class Stage:
    """A worker, its network, and a clock that is moved by hand."""

    def __init__(self, database: Database, workspace_id: UUID, network: Sandbox) -> None:
        self.database = database
        self.workspace_id = workspace_id
        self.network = network
        self.now = NOW
        self.context: Context
        self.community_id: UUID
        self.calendar_id: UUID

    async def account(self, idempotency: str = "D") -> UUID:
        id_ = await make_account(self.database, self.workspace_id, self.community_id)
        async with self.database.transaction(self.workspace_id) as session:
            row = await session.get_one(Account, (self.workspace_id, id_))
            grant = Grant("good", extra={"idempotency": idempotency})
            row.sealed_grant = seal_grant(KEYS, self.workspace_id, id_, grant)
        return id_

    async def plan(self, text: str, *account_ids: UUID) -> UUID:
        """A post that is due at once."""
        caller = worker(self.workspace_id)
        command = CreatePost(
            calendar_id=self.calendar_id,
            title=text,
            text=text,
            variants=[VariantInput(account_id=id_) for id_ in account_ids],
        )
        async with self.database.transaction(self.workspace_id) as session:
            made = await create_post(session, caller, command, now=self.now)
            now = SchedulePost(now=True)
            await schedule_post(session, caller, made.id, now, expected_version=None, now=self.now)
        return made.id

    async def deliver(self) -> int:
        return await deliver_due(self.context, self.workspace_id, now=self.now)

    async def quiet(self) -> None:
        """Returns once nothing runs any more."""
        while running := self.context.outbox._running:
            await asyncio.wait(running)

    async def rows(self, table: type[Any]) -> list[Any]:
        async with self.database.transaction(self.workspace_id) as session:
            return list((await session.exec(select(table).order_by(col(table.id)))).all())

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows(Delivery)]


@pytest.fixture
async def stage(settings: Settings, database: Database, redis: ArqRedis) -> Stage:
    """In a community with a calendar."""
    made = await _furnished(database, Sandbox())
    made.context = make_context(settings, database, redis, made.network, lambda: made.now)
    return made


@pytest.fixture
async def beside(stage: Stage) -> Stage:
    """The same worker and network, in another workspace."""
    made = await _furnished(stage.database, stage.network)
    made.context = stage.context
    return made


async def _furnished(database: Database, network: Sandbox) -> Stage:
    workspace_id = await make_workspace(database)
    made = Stage(database, workspace_id, network)
    made.community_id = await make_community(database, workspace_id)
    command = CreateCalendar(community_id=made.community_id, name="a")
    async with database.transaction(workspace_id) as session:
        calendar = await create_calendar(session, worker(workspace_id), command, now=NOW)
    made.calendar_id = calendar.id
    return made
