"""Polls, first comments and settings on their way out, and their lost answers, of one worker."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from arq.connections import ArqRedis
from sqlmodel import col, select, update

from domain.accounts.credentials import seal_grant
from domain.accounts.tables import Account
from domain.calendars.service import create_calendar
from domain.calendars.shapes import CreateCalendar
from domain.connector.manifest import Manifest
from domain.connector.words import Draft, Part
from domain.contacts.service import create_contact, remove_contact
from domain.contacts.shapes import CreateContact, HandleInput
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from domain.networks import find
from domain.posts.command_shapes import CreatePost, EditPost, SchedulePost, VariantInput
from domain.posts.editing import edit_post
from domain.posts.planning import schedule_post
from domain.posts.poll_shapes import PollInput
from domain.posts.rules import DeliveryKind, DeliveryState
from domain.posts.service import create_post
from domain.posts.tables import Delivery
from tests.conftest import NOW
from tests.domain.accounts.build import KEYS, make_community
from tests.sandbox_stage import Player, Stage, open_stage
from tests.workers.world import make_context
from tests.world import make_account, make_workspace
from workers.context import Context
from workers.drafts import with_quotes_written
from workers.posts import deliver_due


class House:
    """A workspace whose account is one of the sandbox's own."""

    def __init__(self, database: Database, network: Stage, player: Player) -> None:
        self.database, self.network, self.player = database, network, player
        self.context: Context
        self.workspace_id: UUID
        self.calendar_id: UUID
        self.account_id: UUID

    async def open(self, settings: Settings, redis: ArqRedis) -> None:
        self.network.clock.now = NOW
        self.workspace_id = await make_workspace(self.database)
        community_id = await make_community(self.database, self.workspace_id)
        self.account_id = await make_account(
            self.database, self.workspace_id, community_id, server=self.player.access.server
        )
        async with self.database.transaction(self.workspace_id) as session:
            row = await session.get_one(Account, (self.workspace_id, self.account_id))
            grant = self.player.access.grant
            row.sealed_grant = seal_grant(KEYS, self.workspace_id, self.account_id, grant)
            command = CreateCalendar(community_id=community_id, name="a")
            caller = worker(self.workspace_id)
            calendar = await create_calendar(session, caller, command, now=NOW)
        self.calendar_id = calendar.id
        clock = self.network.clock
        self.context = make_context(settings, self.database, redis, self.network, clock)

    async def plan(self, **said: Any) -> UUID:
        command = CreatePost(
            calendar_id=self.calendar_id,
            title="Pain",
            text="Que faire ?",
            variants=[VariantInput(account_id=self.account_id)],
            **said,
        )
        caller, now = worker(self.workspace_id), self.network.clock()
        async with self.database.transaction(self.workspace_id) as session:
            made = await create_post(session, caller, command, now=now)
            at_once = SchedulePost(now=True)
            await schedule_post(session, caller, made.id, at_once, expected_version=None, now=now)
        return made.id

    async def work(self, times: int = 1) -> None:
        """Delivers what is due, and again a while later."""
        for _ in range(times):
            await deliver_due(self.context, self.workspace_id, now=self.network.clock())
            while running := self.context.outbox._running:
                await asyncio.wait(running)
            self.network.clock.passes(60)

    async def deliveries(self) -> list[Delivery]:
        async with self.database.transaction(self.workspace_id) as session:
            return list((await session.exec(select(Delivery).order_by(col(Delivery.id)))).all())

    async def posts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.player.state())["posts"]
        return found


POLL = PollInput(options=["Pain", "Vin"], duration_s=600, is_multiple=True)


@pytest.fixture
async def house(settings: Settings, database: Database, redis: ArqRedis) -> Any:
    async with open_stage(database) as network:
        made = House(database, network, await network.account(idempotency="D"))
        await made.open(settings, redis)
        yield made


async def test_poll_settings_and_first_comment_go_out_in_one_delivery(house: House) -> None:
    await house.plan(
        poll=POLL, first_comment="Votez !", settings={"sandbox": {"answers_from": "nobody"}}
    )

    await house.work()

    question, comment = await house.posts()
    (delivery,) = await house.deliveries()
    assert question["poll"]["options"] == ["Pain", "Vin"]
    assert question["answers_from"] == "nobody"
    assert (comment["text"], comment["reply_to"]) == ("Votez !", question["id"])
    assert (delivery.state, delivery.attempts) == (DeliveryState.DONE, 1)
    assert [ref["remote_id"] for ref in delivery.refs] == [question["id"], comment["id"]]


@pytest.mark.parametrize("lost", [1, 2])
async def test_lost_answer_of_post_or_comment_is_looked_up_and_nothing_stands_twice(
    house: House, lost: int
) -> None:
    await house.plan(poll=POLL, first_comment="Votez !")
    fault = {"on": "publish", "kind": "server_error_after_success", "times": lost, "seconds": 0}
    await house.player.faults(fault)

    await house.work(times=8)

    assert [post["text"] for post in await house.posts()] == ["Que faire ?", "Votez !"]
    (delivery,) = await house.deliveries()
    assert delivery.state == DeliveryState.DONE
    assert len(delivery.refs) == 2


async def test_comment_that_is_refused_is_told_and_sent_again_without_its_post(
    house: House,
) -> None:
    await house.plan(first_comment="Votez !")
    await house.player.faults({"on": "publish", "kind": "rate_limited", "times": 1, "seconds": 1})

    await house.work(times=4)

    assert [post["text"] for post in await house.posts()] == ["Que faire ?", "Votez !"]


async def test_edit_of_a_post_keeps_its_first_comment(house: House) -> None:
    id_ = await house.plan(first_comment="Votez !")
    await house.work()
    async with house.database.transaction(house.workspace_id) as session:
        command = EditPost(parts=["Et maintenant ?"])
        caller, now = worker(house.workspace_id), house.network.clock()
        await edit_post(session, caller, id_, command, now=now)

    await house.work()

    edit = (await house.deliveries())[-1]
    assert (edit.kind, edit.state) == (DeliveryKind.EDIT, DeliveryState.DONE)
    assert [post["text"] for post in await house.posts()] == ["Et maintenant ?", "Votez !"]


async def test_contact_is_named_by_its_handle_also_when_it_was_removed_since(house: House) -> None:
    caller, now = worker(house.workspace_id), house.network.clock()
    command = CreateContact(
        key="marie", name="Marie", handles=[HandleInput(network="sandbox", handle="marie")]
    )
    async with house.database.transaction(house.workspace_id) as session:
        contact = await create_contact(session, caller, command, now=now)
    await house.plan(first_comment="Merci @{marie} !")
    async with house.database.transaction(house.workspace_id) as session:
        await remove_contact(session, caller, contact.id, expected_version=None, now=now)

    await house.work()

    assert [post["text"] for post in await house.posts()] == ["Que faire ?", "Merci @marie !"]


async def test_quoted_post_is_shown_and_an_address_elsewhere_is_written_out(house: House) -> None:
    await house.plan()
    await house.work()
    (shown,) = await house.posts()
    await house.plan(quote_of=shown["url"])
    await house.plan(quote_of="https://village.example/@ana/7")

    await house.work()

    _, quoting, written = await house.posts()
    assert (quoting["text"], quoting["quoted"]) == ("Que faire ?", shown["id"])
    assert written["text"] == "Que faire ?\n\nhttps://village.example/@ana/7"
    assert written["quoted"] is None


async def test_own_post_is_quoted_by_its_id_and_waits_when_it_was_taken_back(house: House) -> None:
    own = await house.plan()
    await house.work()
    (shown,) = await house.posts()
    await house.plan(quote_of=f"post_{own.hex}")
    await house.work()
    quoting, late = (await house.posts())[1], await house.plan(quote_of=f"post_{own.hex}")
    async with house.database.transaction(house.workspace_id) as session:
        taken_back = update(Delivery).where(col(Delivery.post_id) == own)
        await session.exec(taken_back.values(state=DeliveryState.WITHDRAWN))

    await house.work()

    assert (quoting["text"], quoting["quoted"]) == ("Que faire ?", shown["id"])
    [waits] = [row for row in await house.deliveries() if row.post_id == late]
    assert (waits.state, waits.attempts) == (DeliveryState.WAITING, 0)
    assert waits.problem is not None
    assert waits.problem["code"] == "quote.unpublished"
    assert len(await house.posts()) == 2


def test_network_that_quotes_nothing_is_given_the_address_in_the_text() -> None:
    draft = Draft("a", (Part("Lisez.", quote_of="https://village.example/7"), Part("La suite")))

    given = with_quotes_written(draft, find_manifest("telegram"))

    assert given.parts == (Part("Lisez.\n\nhttps://village.example/7"), Part("La suite"))
    assert with_quotes_written(draft, find_manifest("bluesky")) == draft


def find_manifest(network: str) -> Manifest:
    connector = find(network)
    assert connector is not None
    return connector.manifest
