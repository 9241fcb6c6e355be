"""A network that ends the version it is spoken to in: told in time, and survived by a setting."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from arq.connections import ArqRedis

from domain.accounts.credentials import seal_grant
from domain.accounts.queries import get_account
from domain.accounts.shapes import AccountView
from domain.accounts.tables import Account
from domain.agenda.queries import list_agenda
from domain.agenda.shapes import AgendaItemView, AgendaKind
from domain.events.queries import list_events
from domain.kernel.caller import worker
from domain.kernel.pages import PageRequest
from domain.kernel.settings import Settings
from domain.posts.command_shapes import RetryPost
from domain.posts.settling import retry_post
from domain.posts.tables import Delivery
from tests.domain.accounts.build import KEYS
from tests.sandbox_stage import ROOT, Player, open_stage
from tests.sandbox_stage import Stage as Network
from tests.workers.stage import Stage, stage
from tests.workers.world import make_context
from workers.accounts import check_due

__all__ = ["stage"]
SUNSET = timedelta(days=90)


@dataclass
class Village:
    """An account whose network ends its version in 90 days."""

    stage: Stage
    network: Network
    player: Player
    account_id: UUID
    ends_at: datetime

    def passes(self, days: float) -> None:
        self.stage.now += timedelta(days=days)
        self.network.clock.now = self.stage.now

    async def check(self) -> AccountView:
        """A day's check, and what the account is after it."""
        stage, id_ = self.stage, (self.stage.workspace_id, self.account_id)
        async with stage.database.transaction(stage.workspace_id) as session:
            (await session.get_one(Account, id_)).check_at = stage.now
        assert await check_due(stage.context, stage.workspace_id, now=stage.now) == 1
        await stage.context.slots.drain(20)
        async with stage.database.transaction(stage.workspace_id) as session:
            return await get_account(session, worker(stage.workspace_id), self.account_id)

    async def told(self) -> list[str]:
        stage = self.stage
        async with stage.database.transaction(stage.workspace_id) as session:
            page = await list_events(session, worker(stage.workspace_id), PageRequest(100))
        return [each.kind for each in page.data if each.kind.startswith("account.version")]

    async def agenda(self, kind: AgendaKind) -> list[AgendaItemView]:
        stage = self.stage
        async with stage.database.transaction(stage.workspace_id) as session:
            page = await list_agenda(
                session,
                worker(stage.workspace_id),
                PageRequest(10),
                kinds=[kind],
                now=stage.now,
            )
        return page.data

    async def delivery(self) -> dict[str, Any]:
        (row,) = await self.stage.rows(Delivery)
        return {"state": row.state, "act_at": row.act_at, **(row.problem or {})}


@pytest.fixture
async def village(stage: Stage, settings: Settings, redis: ArqRedis) -> AsyncIterator[Village]:
    async with open_stage(stage.database) as network:
        network.clock.now = stage.now
        ends_at = stage.now + SUNSET
        player = await network.account(version_ends_at=ends_at.isoformat())
        id_ = await stage.account()
        async with stage.database.transaction(stage.workspace_id) as session:
            row = await session.get_one(Account, (stage.workspace_id, id_))
            grant = player.access.grant
            row.server, row.remote_id, row.handle = ROOT, player.access.remote_id, player.handle
            row.sealed_grant = seal_grant(KEYS, stage.workspace_id, id_, grant)
        stage.context = make_context(settings, stage.database, redis, network, lambda: stage.now)
        yield Village(stage, network, player, id_, ends_at)


async def test_end_of_a_version_is_told_from_sixty_days_before_on(village: Village) -> None:
    early = await village.check()
    village.passes(30)
    seen = await village.check()
    village.passes(1)
    await village.check()

    assert (early.state, early.version_notice) == ("connected", None)
    assert seen.state == "connected"
    assert seen.version_notice is not None
    notice = seen.version_notice
    assert (notice.code, notice.acting_party) == ("network.version_ending", "operator")
    assert notice.sunset_at == village.ends_at
    day = f"{village.ends_at:%Y-%m-%d}"
    assert notice.message == f"Sandbox ends what Parvis speaks to it on {day}: rest v1."
    assert await village.told() == ["account.version_ending"]
    (item,) = await village.agenda(AgendaKind.VERSION_ENDS)
    assert (item.code, item.account_id) == (notice.code, village.account_id)
    assert item.acting_party == "operator"
    assert item.remedy is not None
    assert "NETWORK_VERSIONS" in item.remedy


async def test_what_nobody_mends_is_told_again_after_two_weeks(village: Village) -> None:
    village.passes(40)
    await village.check()
    for _ in range(3):
        village.passes(7)
        await village.check()

    assert await village.told() == ["account.version_ending"] * 2
    (item,) = await village.agenda(AgendaKind.VERSION_ENDS)
    assert item.at == village.stage.now - timedelta(days=7)


async def test_post_in_a_version_that_is_gone_fails_for_the_operator_and_disconnects_nobody(
    village: Village,
) -> None:
    village.passes(91)
    post_id = await village.stage.plan("Hello", village.account_id)
    await village.stage.deliver()
    await village.stage.quiet()

    found = await village.delivery()
    assert (found["state"], found["act_at"]) == ("failed", None)
    assert found["code"] == "network.version_gone"
    assert (found["acting_party"], found["is_retryable"]) == ("operator", True)
    assert found["said"] == "426 version_gone v1 has ended; speak v2."
    assert await village.player.texts() == []
    account = await village.check()
    assert (account.state, account.problem) == ("connected", None)
    assert account.version_notice is not None
    assert account.version_notice.code == "network.version_gone"
    assert await village.told() == ["account.version_gone"]
    (failed,) = await village.agenda(AgendaKind.DELIVERY_FAILED)
    (ended,) = await village.agenda(AgendaKind.VERSION_ENDS)
    assert (failed.post_id, failed.remedy) == (post_id, ended.remedy)


async def test_move_to_another_version_mends_it_and_a_retry_brings_the_post_out(
    village: Village, settings: Settings, redis: ArqRedis
) -> None:
    stage = village.stage
    village.passes(91)
    post_id = await stage.plan("Hello", village.account_id)
    await stage.deliver()
    await stage.quiet()

    moved = settings.model_copy(update={"network_versions": ("sandbox.rest=v2",)})
    stage.context = make_context(moved, stage.database, redis, village.network, lambda: stage.now)
    account = await village.check()
    caller = worker(stage.workspace_id)
    async with stage.database.transaction(stage.workspace_id) as session:
        await retry_post(session, caller, post_id, RetryPost(), now=stage.now)
    await stage.deliver()
    await stage.quiet()

    assert account.version_notice is None
    assert await village.told() == ["account.version_gone", "account.version_mended"]
    assert await village.agenda(AgendaKind.VERSION_ENDS) == []
    assert (await village.delivery())["state"] == "done"
    assert await village.player.texts() == ["Hello"]
