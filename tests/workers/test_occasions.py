"""Calendars are followed by a worker: fetched when they change, taken over, told of once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from arq.connections import ArqRedis
from sqlmodel import col, select

from domain.events.tables import Event
from domain.ideas.queries import IdeaFilter, list_ideas
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.ids import show
from domain.kernel.pages import PageRequest
from domain.kernel.settings import Settings
from domain.occasions.following import claim_readings
from domain.occasions.rules import READ_EVERY
from domain.occasions.service import change_event_calendar, create_event_calendar
from domain.occasions.shapes import ChangeEventCalendar, CreateEventCalendar
from domain.occasions.tables import EventCalendar, Occasion
from tests.conftest import NOW
from tests.domain.accounts.build import make_community
from tests.domain.occasions.documents import document
from tests.networks.scripted import Exchange, ScriptedHttp
from tests.rules_of_zones import new_rules
from tests.workers.world import make_context
from tests.world import make_workspace
from workers.context import Context
from workers.occasions import near_due, read_calendar, subscribe_due

URL = "https://example.org/fetes.ics"
NOEL = "UID:noel\nSUMMARY:Noël\nDTSTART;VALUE=DATE:20261225"
MATCH = (
    "UID:match\nSUMMARY:Match\nDTSTART;TZID=Europe/Zurich:20261201T200000\n"
    "RRULE:FREQ=WEEKLY;COUNT=2"
)
NO_CHANGE = Exchange(method="GET", path="/fetes.ics", status=304)


def told(*events: str, **headers: str) -> Exchange:
    return Exchange(
        method="GET", path="/fetes.ics", headers=headers, text=document(*events).decode()
    )


class Following:
    """A community that follows one calendar, and the worker that reads it."""

    def __init__(self, context: Context, workspace_id: UUID) -> None:
        self.context, self.workspace_id = context, workspace_id
        self.database, self.caller = context.database, worker(workspace_id)
        self.id = UUID(int=0)

    async def open(self, days_before: int | None = 14) -> "Following":
        community = await make_community(self.database, self.workspace_id)
        command = CreateEventCalendar(
            community_id=community, name="Fêtes", url=URL, proposes_days_before=days_before
        )
        async with self.database.transaction(self.workspace_id) as session:
            made = await create_event_calendar(session, self.caller, command, now=NOW)
        self.id = made.id
        return self

    async def read(self, *exchanges: Exchange, now: datetime = NOW) -> ScriptedHttp:
        """What is due is read, in this script."""
        http = ScriptedHttp(exchanges)
        context = replace(self.context, http=http, clock=lambda: now)
        await subscribe_due(context, self.workspace_id, now=now)
        await context.slots.drain(10)
        http.assert_finished()
        return http

    async def row(self) -> EventCalendar:
        async with self.database.transaction(self.workspace_id) as session:
            return await session.get_one(EventCalendar, (self.workspace_id, self.id))

    async def occasions(self) -> list[Occasion]:
        statement = select(Occasion).order_by(col(Occasion.starts_at))
        async with self.database.transaction(self.workspace_id) as session:
            return list((await session.exec(statement)).all())

    async def told(self, kind: str) -> list[Mapping[str, Any]]:
        statement = select(Event).where(col(Event.kind) == kind).order_by(col(Event.number))
        async with self.database.transaction(self.workspace_id) as session:
            return [row.data for row in (await session.exec(statement)).all()]


@pytest.fixture
async def following(settings: Settings, database: Database, redis: ArqRedis) -> Following:
    context = make_context(settings, database, redis, ScriptedHttp([]))
    return await Following(context, await make_workspace(database)).open()


async def test_a_calendar_is_read_at_once_and_then_only_when_it_changed(
    following: Following,
) -> None:
    first = await following.read(told(NOEL, etag='"1"', **{"last-modified": "yesterday"}))
    before = await following.occasions()
    later = NOW + READ_EVERY
    nothing = await following.read(now=later - timedelta(seconds=1))
    second = await following.read(NO_CHANGE, now=later)

    assert "if-none-match" not in first.calls[0].headers
    assert nothing.calls == []
    sent = second.calls[0].headers
    assert (sent["if-none-match"], sent["if-modified-since"]) == ('"1"', "yesterday")
    assert await following.occasions() == before
    row = await following.row()
    assert (row.read_at, row.act_at, row.problem) == (later, later + READ_EVERY, None)


async def test_a_calendar_that_never_changes_is_read_anew_before_its_horizon_comes(
    following: Following,
) -> None:
    await following.read(told(NOEL, etag='"1"'))

    later = await following.read(told(NOEL, etag='"1"'), now=NOW + timedelta(days=31))

    assert "if-none-match" not in later.calls[0].headers


async def test_a_calendar_is_read_anew_when_its_zone_or_the_rules_of_zones_are_others(
    following: Following,
) -> None:
    await following.read(told(NOEL, etag='"1"'))

    with new_rules("2999a", {"Europe/Zurich": "Asia/Kathmandu"}):
        later = await following.read(told(NOEL, etag='"1"'), now=NOW + READ_EVERY)
        [moved] = await following.occasions()

    assert "if-none-match" not in later.calls[0].headers
    assert moved.starts_at == datetime(2026, 12, 24, 18, 15, tzinfo=NOW.tzinfo)


async def test_what_changes_over_there_changes_here_and_stays_the_same_occasion(
    following: Following,
) -> None:
    await following.read(told(NOEL, MATCH))
    before = {(row.uid, row.recurrence): row for row in await following.occasions()}
    moved = (
        "UID:match\nSUMMARY:Finale\nRECURRENCE-ID;TZID=Europe/Zurich:20261208T200000\n"
        "DTSTART;TZID=Europe/Zurich:20261209T193000"
    )

    await following.read(told(MATCH, moved, NOEL + "\nSTATUS:CANCELLED"), now=NOW + READ_EVERY)

    after = {(row.uid, row.recurrence): row for row in await following.occasions()}
    first, second = ("match", "20261201T200000"), ("match", "20261208T200000")
    assert before.keys() - after.keys() == {("noel", "")}
    assert after[first] == before[first]
    assert (after[second].id, after[second].version) == (before[second].id, 2)
    assert (after[second].title, after[second].propose_on) == (
        "Finale",
        datetime(2026, 11, 25).date(),  # noqa: DTZ001 - a day
    )
    assert [each["counts"] for each in await following.told("event_calendar.read")] == [
        {"added": 3, "changed": 0, "removed": 0},
        {"added": 0, "changed": 1, "removed": 1},
    ]
    [_, told_last] = await following.told("event_calendar.read")
    assert told_last["removed"] == [show("occ", before["noel", ""].id)]


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (Exchange(method="GET", path="/fetes.ics", status=404), "network.missing"),
        (Exchange(method="GET", path="/fetes.ics", status=502), "network.unavailable"),
        (Exchange(method="GET", path="/fetes.ics", text="<html>"), "network.no_feed"),
        (
            Exchange(method="GET", path="/fetes.ics", text="x" * 2_000_001),
            "outbound.answer_too_large",
        ),
        (Exchange(method="GET", path="/fetes.ics", error="unavailable"), "network.unavailable"),
    ],
)
async def test_a_broken_calendar_says_what_is_wrong_and_loses_nothing(
    following: Following, broken: Exchange, code: str
) -> None:
    await following.read(told(NOEL))
    before = await following.occasions()
    first, second = NOW + READ_EVERY, NOW + READ_EVERY + timedelta(minutes=5)

    await following.read(broken, now=first)
    troubled = await following.row()
    await following.read(broken, now=second)
    still = await following.row()
    await following.read(told(NOEL), now=second + timedelta(minutes=10))
    healed = await following.row()

    assert troubled.problem is not None
    assert (troubled.problem["code"], troubled.act_at) == (code, second)
    assert still.problem == troubled.problem
    assert (still.failures, still.act_at) == (2, second + timedelta(minutes=10))
    assert await following.occasions() == before
    assert (healed.problem, healed.failures) == (None, 0)
    assert [each["code"] for each in await following.told("event_calendar.troubled")] == [code]
    assert len(await following.told("event_calendar.recovered")) == 1


async def test_a_server_that_asks_for_patience_is_left_alone_until_then(
    following: Following,
) -> None:
    busy = Exchange(
        method="GET",
        path="/fetes.ics",
        status=429,
        headers={"retry-after": "7200", "date": "Mon, 23 Nov 2026 09:00:00 GMT"},
    )

    await following.read(busy)

    assert (await following.row()).act_at == NOW + timedelta(hours=2)


async def test_near_occasions_are_told_of_once(following: Following) -> None:
    await following.read(told(NOEL, MATCH))
    [match, again, noel] = await following.occasions()
    day = datetime(2026, 12, 10, 23, tzinfo=NOW.tzinfo)

    async def near(now: datetime) -> list[str]:
        before = len(await following.told("occasion.near"))
        await near_due(following.context, following.workspace_id, now=now)
        return [each["title"] for each in (await following.told("occasion.near"))[before:]]

    assert [row.propose_on for row in (match, again, noel)] == [
        datetime(2026, 11, day).date()  # noqa: DTZ001 - days
        for day in (17, 24)
    ] + [datetime(2026, 12, 11).date()]  # noqa: DTZ001 - as above
    assert await near(NOW) == ["Match"]
    assert await near(NOW) == []
    assert await near(NOW + timedelta(days=1)) == ["Match"]
    assert await near(day - timedelta(seconds=1)) == []
    # What was told of and is changed over there stays told.
    await following.read(
        told(NOEL, MATCH.replace("SUMMARY:Match", "SUMMARY:Derby")), now=NOW + timedelta(days=2)
    )
    assert [row.title for row in await following.occasions()] == ["Derby", "Derby", "Noël"]
    assert await near(NOW + timedelta(days=2)) == []
    assert await near(day) == ["Noël"]
    assert await near(day + timedelta(days=1)) == []


async def test_near_occasions_become_ideas_once(following: Following) -> None:
    place = "LOCATION:Lausanne\nDESCRIPTION:Bergières\nURL:https://example.ch/match"
    await following.read(told(NOEL, f"{MATCH}\n{place}"))

    for now in (NOW, NOW, NOW + timedelta(hours=1)):
        await near_due(following.context, following.workspace_id, now=now)

    async with following.database.transaction(following.workspace_id) as session:
        page = await list_ideas(session, following.caller, PageRequest(), where=IdeaFilter())
    [match, *_] = await following.occasions()
    [idea] = page.data
    assert (idea.occasion_id, idea.community_id) == (match.id, match.community_id)
    assert (idea.question, idea.state) == ("Match", "idea")
    assert idea.brief == "2026-12-01\n\nLausanne\n\nBergières\n\nhttps://example.ch/match"
    assert await following.told("idea.created") == [{"occasion": show("occ", match.id)}]


async def test_the_past_is_not_near(following: Following) -> None:
    await following.read(told("UID:a\nDTSTART:20261110T090000Z\nDTEND:20261110T100000Z"))

    await near_due(following.context, following.workspace_id, now=NOW)

    [past] = await following.occasions()
    assert (past.proposed_at, past.act_at) == (None, None)
    assert await following.told("occasion.near") == []


async def test_other_days_of_proposing_hold_for_what_was_not_told_of(
    following: Following,
) -> None:
    await following.read(told(NOEL, MATCH))
    await near_due(following.context, following.workspace_id, now=NOW)

    async with following.database.transaction(following.workspace_id) as session:
        command = ChangeEventCalendar(proposes_days_before=None)
        await change_event_calendar(
            session, following.caller, following.id, command, expected_version=None, now=NOW
        )

    rows = await following.occasions()
    assert [(row.propose_on is None, row.act_at) for row in rows] == [
        (False, None),
        (True, None),
        (True, None),
    ]


async def test_a_reading_whose_lease_is_lost_changes_nothing(
    following: Following, database: Database
) -> None:
    late = replace(following.context, http=ScriptedHttp([told(NOEL)]))
    lease = timedelta(minutes=1)
    async with database.transaction(following.workspace_id) as session:
        [asked] = await claim_readings(session, following.caller, now=NOW, lease=lease, batch=1)
    async with database.transaction(following.workspace_id) as session:
        row = await session.get_one(EventCalendar, (following.workspace_id, following.id))
        row.act_at = NOW + timedelta(hours=1)

    await read_calendar(late, following.workspace_id, asked)

    assert await following.occasions() == []
    assert (await following.row()).read_at is None
