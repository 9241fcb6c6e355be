"""Plans under new rules of their zone: moved once each, resumed after a kill, never under way."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from domain.calendars.service import create_calendar
from domain.calendars.shapes import CreateCalendar
from domain.events.tables import Event
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.plans.queue import get_queue, queue_post
from domain.plans.shapes import CreateSlot, QueuePost
from domain.plans.slots import create_slot
from domain.posts.command_shapes import ChangePost, CreatePost, SchedulePost, VariantInput
from domain.posts.planning import schedule_post
from domain.posts.rules import DeliveryState, PostState
from domain.posts.service import change_post, create_post
from domain.posts.tables import Delivery, Post
from domain.upkeep.service import change_upkeep
from domain.upkeep.shapes import ChangeUpkeep
from domain.upkeep.tables import Upkeep
from domain.zones.service import Batch, keep_place, next_batch, replan
from domain.zones.tables import ZoneRules
from tests.conftest import NOW
from tests.domain.accounts.build import make_community
from tests.rules_of_zones import new_rules
from tests.world import make_account, make_workspace

ZURICH = "Europe/Zurich"
OLD, NEW = "2026f", "2999a"
NO_SUMMER = {ZURICH: "Africa/Lagos"}
"""Zurich gives its summer time up: what was at 07:00 UTC in June is at 08:00."""
SUMMER, WINTER = "2027-06-01T09:00:00", "2027-12-01T09:00:00"


class Desk:
    """A calendar in Zurich and an account, in a workspace whose plans are by the old rules."""

    def __init__(self, database: Database, workspace_id: UUID) -> None:
        self.database, self.workspace_id = database, workspace_id
        self.caller = worker(workspace_id)

    async def open(self) -> "Desk":
        community = await make_community(self.database, self.workspace_id)
        self.account = await make_account(self.database, self.workspace_id, community)
        named = CreateCalendar(community_id=community, name="Main")
        async with self.database.transaction(self.workspace_id) as session:
            self.calendar = (await create_calendar(session, self.caller, named, now=NOW)).id
        await self.replan_all(OLD)
        return self

    async def draft(self, wall_time: str | None = None) -> UUID:
        command = CreatePost(
            calendar_id=self.calendar,
            title="Vigne",
            text="On taille.",
            variants=[VariantInput(account_id=self.account)],
            wall_time=None if wall_time is None else datetime.fromisoformat(wall_time),
        )
        async with self.database.transaction(self.workspace_id) as session:
            return (await create_post(session, self.caller, command, now=NOW)).id

    async def scheduled(self, wall_time: str) -> UUID:
        id_ = await self.draft(wall_time)
        async with self.database.transaction(self.workspace_id) as session:
            await schedule_post(
                session, self.caller, id_, SchedulePost(), expected_version=None, now=NOW
            )
        return id_

    async def kept(self, valid_until: str, next_check: str | None) -> UUID:
        """A draft that holds until then, and is checked then."""
        id_ = await self.draft()
        walls = {"valid_until": valid_until, "next_check": next_check}
        values = {name: datetime.fromisoformat(wall) for name, wall in walls.items() if wall}
        command = ChangeUpkeep.model_validate(values)
        async with self.database.transaction(self.workspace_id) as session:
            await change_upkeep(session, self.caller, id_, command, expected_version=None, now=NOW)
        return id_

    async def upkeep(self, id_: UUID) -> Upkeep:
        async with self.database.transaction(self.workspace_id) as session:
            return await session.get_one(Upkeep, (self.workspace_id, id_))

    async def replan(self, rules: str, *, most: int = 10, now: datetime = NOW) -> bool:
        """One batch of posts, or of upkeep; gives whether more are left."""
        batch = await self.batch(rules, most=most, now=now)
        if batch is None:
            return False
        await self.move(batch, rules, now=now)
        return batch.reached is not None

    async def replan_all(self, rules: str, *, now: datetime = NOW) -> None:
        while await self.replan(rules, now=now):
            pass

    async def batch(self, rules: str, *, most: int = 10, now: datetime = NOW) -> Batch | None:
        async with self.database.transaction(self.workspace_id) as session:
            return await next_batch(session, self.caller, rules=rules, most=most, now=now)

    async def move(self, batch: Batch, rules: str, *, now: datetime = NOW) -> None:
        for id_ in batch.moving:
            async with self.database.transaction(self.workspace_id) as session:
                await replan(session, self.caller, id_, rules=rules, now=now)
        async with self.database.transaction(self.workspace_id) as session:
            await keep_place(session, self.caller, batch, rules=rules, now=now)

    async def post(self, id_: UUID) -> Post:
        async with self.database.transaction(self.workspace_id) as session:
            return await session.get_one(Post, (self.workspace_id, id_))

    async def delivery(self, id_: UUID) -> Delivery:
        statement = select(Delivery).where(col(Delivery.post_id) == id_)
        async with self.database.transaction(self.workspace_id) as session:
            return (await session.exec(statement)).one()

    async def set(self, row: Post | Delivery, **values: object) -> None:
        async with self.database.transaction(self.workspace_id) as session:
            found = await session.get_one(type(row), (self.workspace_id, row.id))
            for name, value in values.items():
                setattr(found, name, value)

    async def told(self, kind: str = "post.replanned") -> list[Mapping[str, Any]]:
        statement = select(Event).where(col(Event.kind) == kind).order_by(col(Event.number))
        async with self.database.transaction(self.workspace_id) as session:
            return [
                {"id": row.subject_id, **row.data} for row in (await session.exec(statement)).all()
            ]


@pytest.fixture
async def desk(database: Database) -> Desk:
    return await Desk(database, await make_workspace(database)).open()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def test_plans_keep_their_wall_time_and_get_its_new_moment(desk: Desk) -> None:
    summer, winter = await desk.scheduled(SUMMER), await desk.scheduled(WINTER)
    draft, untimed = await desk.draft(SUMMER), await desk.draft()
    before = {id_: await desk.post(id_) for id_ in (summer, winter, draft, untimed)}

    with new_rules(NEW, NO_SUMMER):
        await desk.replan_all(NEW)

    after = {id_: await desk.post(id_) for id_ in before}
    for id_ in (summer, draft):
        assert before[id_].publish_at == utc("2027-06-01T07:00:00")
        assert after[id_].publish_at == utc("2027-06-01T08:00:00")
        assert after[id_].version == before[id_].version + 1
        assert (after[id_].wall_time, after[id_].state) == (
            before[id_].wall_time,
            before[id_].state,
        )
    for id_ in (winter, untimed):
        assert after[id_] == before[id_]
    for id_ in (summer, winter):
        row = await desk.delivery(id_)
        assert row.due_at == row.act_at == after[id_].publish_at
    assert await desk.told() == [
        {
            "id": id_,
            "changed": ["publish_at"],
            "previous": {"publish_at": "2027-06-01T07:00:00+00:00"},
            "current": {"publish_at": "2027-06-01T08:00:00+00:00"},
            "zone_rules": NEW,
        }
        for id_ in sorted((summer, draft))
    ]
    assert await desk.told("workspace.replanned") == [
        {
            "id": desk.workspace_id,
            "previous": {"zone_rules": OLD},
            "current": {"zone_rules": NEW},
        }
    ]


async def test_the_same_or_older_rules_move_nothing(desk: Desk) -> None:
    id_ = await desk.scheduled(SUMMER)

    with new_rules(NEW, NO_SUMMER):
        for rules in (OLD, "2020a"):
            assert await desk.replan(rules) is False

    assert (await desk.post(id_)).publish_at == utc("2027-06-01T07:00:00")
    assert await desk.told() == []


@pytest.mark.parametrize(
    ("state", "delivery"),
    [
        (PostState.GOING_OUT, DeliveryState.GOING),
        (PostState.SCHEDULED, DeliveryState.GOING),  # claimed, and not yet said so
        (PostState.UNKNOWN, DeliveryState.UNKNOWN),
        (PostState.PUBLISHED, DeliveryState.DONE),
        (PostState.CANCELLED, DeliveryState.CANCELLED),
    ],
)
async def test_what_is_going_out_or_is_over_never_moves(
    desk: Desk, state: PostState, delivery: DeliveryState
) -> None:
    id_ = await desk.scheduled(SUMMER)
    await desk.set(await desk.post(id_), state=state)
    await desk.set(await desk.delivery(id_), state=delivery)
    before = await desk.post(id_), await desk.delivery(id_)

    with new_rules(NEW, NO_SUMMER):
        await desk.replan_all(NEW)

    assert (await desk.post(id_), await desk.delivery(id_)) == before
    assert await desk.told() == []


@pytest.mark.parametrize("ended", [DeliveryState.FAILED, DeliveryState.WITHDRAWN])
async def test_what_has_ended_on_one_account_leaves_no_other_behind(
    desk: Desk, ended: DeliveryState
) -> None:
    """As where an account was removed since: the others went out an hour before their time."""
    id_ = await desk.draft(SUMMER)
    community = (await desk.post(id_)).community_id
    accounts = [desk.account, await make_account(desk.database, desk.workspace_id, community)]
    both = ChangePost(variants=[VariantInput(account_id=account) for account in accounts])
    deliveries = select(Delivery).where(col(Delivery.post_id) == id_)
    async with desk.database.transaction(desk.workspace_id) as session:
        about = session, desk.caller, id_
        await change_post(*about, both, expected_version=None, now=NOW)
        await schedule_post(*about, SchedulePost(), expected_version=None, now=NOW)
        first, _ = (await session.exec(deliveries.order_by(col(Delivery.id)))).all()
        first.state, first.act_at = ended, None

    with new_rules(NEW, NO_SUMMER):
        await desk.replan_all(NEW)

    async with desk.database.transaction(desk.workspace_id) as session:
        rows = (await session.exec(deliveries.order_by(col(Delivery.id)))).all()
    assert (await desk.post(id_)).publish_at == utc("2027-06-01T08:00:00")
    assert [(row.state, row.act_at) for row in rows] == [
        (ended, None),
        ("waiting", utc("2027-06-01T08:00:00")),
    ]


async def test_what_is_due_already_never_moves(desk: Desk) -> None:
    id_ = await desk.scheduled(SUMMER)

    with new_rules(NEW, NO_SUMMER):
        await desk.replan_all(NEW, now=utc("2027-06-01T07:00:00"))

    assert (await desk.post(id_)).publish_at == utc("2027-06-01T07:00:00")


async def test_a_pass_goes_on_where_a_kill_left_it_and_moves_each_once(
    desk: Desk, database: Database
) -> None:
    days = [await desk.scheduled(f"2027-06-0{day}T09:00:00") for day in range(1, 6)]

    with new_rules(NEW, NO_SUMMER):
        assert await desk.replan(NEW, most=2) is True
        killed = await desk.batch(NEW, most=2)
        assert killed is not None
        async with database.transaction(desk.workspace_id) as session:
            await replan(session, desk.caller, killed.moving[0], rules=NEW, now=NOW)
        assert [each["id"] for each in await desk.told()] == days[:3]
        while await desk.replan(NEW, most=2):
            pass

    assert [each["id"] for each in await desk.told()] == days
    async with database.transaction(desk.workspace_id) as session:
        row = await session.get_one(ZoneRules, desk.workspace_id)
    assert (row.version, row.coming, row.reached_at) == (NEW, None, None)


async def test_two_workers_at_once_move_each_plan_once(desk: Desk) -> None:
    await desk.scheduled(SUMMER)

    with new_rules(NEW, NO_SUMMER):
        for _ in range(2):
            both = [await desk.batch(NEW), await desk.batch(NEW)]
            for batch in both:
                assert batch is not None
                await desk.move(batch, NEW)

    assert len(await desk.told()) == 1
    assert len(await desk.told("workspace.replanned")) == 1


async def test_queued_posts_keep_their_place(desk: Desk) -> None:
    spring = utc("2027-05-31T12:00:00")
    async with desk.database.transaction(desk.workspace_id) as session:
        slot = CreateSlot(calendar_id=desk.calendar, weekday=2, wall_time=time(9))
        await create_slot(session, desk.caller, slot, now=NOW)
    id_ = await desk.draft()
    async with desk.database.transaction(desk.workspace_id) as session:
        command = QueuePost(not_before=spring)
        await queue_post(session, desk.caller, id_, command, expected_version=None, now=NOW)

    with new_rules(NEW, NO_SUMMER):
        await desk.replan_all(NEW)

    async with desk.database.transaction(desk.workspace_id) as session:
        queue = await get_queue(session, desk.caller, desk.calendar)
    assert [(each.post_id, each.publish_at) for each in queue.places] == [
        (id_, utc("2027-06-01T08:00:00"))
    ]


async def test_dates_of_upkeep_keep_their_wall_time_and_get_their_new_moment(desk: Desk) -> None:
    summer, winter = await desk.kept(SUMMER, WINTER), await desk.kept(WINTER, None)

    with new_rules(NEW, NO_SUMMER):
        await desk.replan_all(NEW)

    moved, still = await desk.upkeep(summer), await desk.upkeep(winter)
    assert moved.valid_until_at == moved.act_at == utc("2027-06-01T08:00:00")
    assert moved.next_check_at == utc("2027-12-01T08:00:00")
    assert moved.valid_until == datetime.fromisoformat(SUMMER)
    assert (await desk.post(summer)).valid_until_at == moved.valid_until_at
    assert (moved.version, still.version) == (3, 2)
    assert still.act_at == utc("2027-12-01T08:00:00")
    assert await desk.told("post.upkeep_replanned") == [
        {
            "id": summer,
            "changed": ["valid_until_at"],
            "previous": {"valid_until_at": "2027-06-01T07:00:00+00:00"},
            "current": {"valid_until_at": "2027-06-01T08:00:00+00:00"},
            "zone_rules": NEW,
        }
    ]


async def test_a_date_of_upkeep_that_has_come_never_moves(desk: Desk) -> None:
    id_ = await desk.kept(SUMMER, None)

    with new_rules(NEW, NO_SUMMER):
        await desk.replan_all(NEW, now=utc("2027-06-01T07:00:00"))

    assert (await desk.upkeep(id_)).valid_until_at == utc("2027-06-01T07:00:00")
    assert await desk.told("post.upkeep_replanned") == []


async def test_a_pass_goes_on_among_upkeep_where_it_was_left(desk: Desk) -> None:
    ids = [await desk.kept(SUMMER, None) for _ in range(3)]

    with new_rules(NEW, NO_SUMMER):
        left = [await desk.replan(NEW, most=1) for _ in range(5)]

    assert left == [True, True, True, True, False]
    assert [each["id"] for each in await desk.told("post.upkeep_replanned")] == ids
    assert len(await desk.told("workspace.replanned")) == 1
