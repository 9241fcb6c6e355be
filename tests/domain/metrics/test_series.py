"""Series as PostgreSQL tells them, beside a slow model that reads every sample anew."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import NamedTuple, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlmodel import col

from domain.accounts.tables import Account
from domain.calendars.tables import Calendar
from domain.communities.tables import Community
from domain.kernel.database import Database
from domain.kernel.ids import show
from domain.metrics.series import SeriesQuery, read_series
from domain.metrics.service import recut, recut_moved
from domain.metrics.tables import Measuring
from domain.metrics.words import ENGAGEMENT_PARTS, GroupBy, Interval, MetricKey
from domain.posts.tables import Post
from tests.domain.metrics.build import World
from tests.world import make_workspace

ZONES = [
    "Europe/Zurich", "America/New_York", "America/St_Johns", "Asia/Kathmandu",
    "Australia/Lord_Howe", "Pacific/Kiritimati", "UTC",
]  # fmt: skip
MIDNIGHT = datetime(2026, 10, 20, tzinfo=UTC)
QUARTERS = 4 * 24 * 40
ONE_DAY = timedelta(days=1)
RATES = {MetricKey.ER_VIEWS: "views", MetricKey.ER_FOLLOWERS: "followers"}
ASKED = (
    MetricKey.LIKES, MetricKey.VIEWS, MetricKey.ENGAGEMENTS, MetricKey.FOLLOWERS,
    MetricKey.ER_VIEWS, MetricKey.ER_FOLLOWERS,
)  # fmt: skip


class Closed(NamedTuple):
    total: int
    change: int | None


class Line(NamedTuple):
    values: list[float | None]
    totals: list[int | None]
    known: list[int]
    measured: list[int]


Ends = dict[str, dict[date, Closed]]
"""What is closed of one subject, by metric and first day of the period."""
Told = list[tuple["Counted", Ends]]
Lines = dict[tuple[str, str | None], Line]
Id = TypeVar("Id", UUID, str)


@dataclass
class Counted:
    """A copy of a post in a calendar, or an account of a community."""

    id: UUID
    account: Account
    owner: Calendar | Community
    remote_id: str
    post_id: UUID | None = None
    begun_at: datetime | None = None
    followers: int | None = None
    samples: dict[tuple[str, datetime], int] = field(default_factory=dict)


class House:
    """Two accounts, three calendars, and what is done to them by chance."""

    def __init__(self, world: World, rng: Random) -> None:
        self.world, self.rng = world, rng
        self.accounts = [world.account, world.new_account(rng.choice(["mastodon", "bluesky"]))]
        others = [world.new_calendar(rng.choice(ZONES)) for _ in range(2)]
        self.calendars = [world.calendar, *others]
        self.counted = [
            Counted(each.id, each, world.community, each.remote_id or "") for each in self.accounts
        ]

    def moment(self) -> datetime:
        return MIDNIGHT + timedelta(minutes=15 * self.rng.randrange(QUARTERS))

    async def publish(self) -> None:
        number, begun_at = len(self.counted), self.moment()
        account, calendar = self.rng.choice(self.accounts), self.rng.choice(self.calendars)
        copy = await self.world.publish(f"p{number}", begun_at, account=account, calendar=calendar)
        followers = self.rng.choice([None, 0, 40, 250])
        await self.world.add(
            Measuring(
                workspace_id=self.world.workspace_id,
                subject_id=copy.id,
                account_id=account.id,
                is_account=False,
                followers=followers,
            )
        )
        self.counted.append(
            Counted(copy.id, account, calendar, f"p{number}", copy.post_id, begun_at, followers)
        )

    async def sample(self) -> None:
        one, now = self.rng.choice(self.counted), self.moment()
        metrics = ["followers"] if one.post_id is None else ["likes", "reposts", "views"]
        totals = {key: self.rng.randrange(50) for key in metrics if self.rng.random() < 0.8}
        await self.world.sample(now, one.remote_id, account=one.account, **totals)
        for key, total in totals.items():
            one.samples.setdefault((key, now), total)

    async def move(self) -> None:
        one = self.rng.choice(self.counted)
        if one.post_id is None:
            return
        one.owner = self.rng.choice(self.calendars)
        async with self.world.database.transaction(self.world.workspace_id) as session:
            post = await session.get_one(Post, (self.world.workspace_id, one.post_id))
            post.calendar_id = one.owner.id

    async def change_zone(self) -> None:
        owners: list[Calendar | Community] = [*self.calendars, self.world.community]
        owner = self.rng.choice(owners)
        owner.time_zone = self.rng.choice(ZONES)
        async with self.world.database.transaction(self.world.workspace_id) as session:
            table = Community if isinstance(owner, Community) else Calendar
            statement = update(table).where(col(table.id) == owner.id)
            await session.exec(statement.values(time_zone=owner.time_zone))

    async def cut_anew(self) -> None:
        async with self.world.database.transaction(self.world.workspace_id) as session:
            await recut_moved(session, self.world.caller, now=self.moment())

    async def live(self) -> None:
        await self.world.add(self.accounts[1], *self.calendars[1:])
        acts = (
            [self.sample] * 20 + [self.publish] * 3 + [self.move, self.change_zone, self.cut_anew]
        )
        for _ in range(self.rng.randint(1, 50)):
            await self.rng.choice(acts)()
        await self.cut_anew()
        async with self.world.database.transaction(self.world.workspace_id) as session:
            for calendar in self.calendars:
                await recut(session, self.world.caller, calendar.id, now=self.moment())

    def question(self) -> SeriesQuery:
        first_on = MIDNIGHT.date() + ONE_DAY * self.rng.randrange(-10, 40)
        posts = [each.post_id for each in self.counted if each.post_id is not None]
        return SeriesQuery(
            metrics=tuple(self.rng.sample(ASKED, self.rng.randint(1, len(ASKED)))),
            community_ids=self.some([self.world.community.id]),
            account_ids=self.some([each.id for each in self.accounts]),
            calendar_ids=self.some([each.id for each in self.calendars]),
            post_ids=self.some(posts),
            networks=self.some(["bluesky", "mastodon"]),
            group_by=self.rng.choice(list(GroupBy)),
            interval=self.rng.choice(list(Interval)),
            first_on=first_on,
            last_on=first_on + ONE_DAY * self.rng.randrange(60),
        )

    def some(self, of: Sequence[Id]) -> tuple[Id, ...]:
        """None of them, mostly."""
        if self.rng.random() < 0.6:
            return ()
        return tuple(self.rng.sample(of, self.rng.randint(min(1, len(of)), len(of))))


def first_of(day: date, interval: Interval) -> date:
    if interval is Interval.WEEK:
        return day - ONE_DAY * day.weekday()
    return day.replace(day=1) if interval is Interval.MONTH else day


def ends_of(one: Counted, interval: Interval) -> Ends:
    zone, closed = ZoneInfo(one.owner.time_zone), defaultdict[str, dict[date, int]](dict)
    for (metric, moment), total in sorted(one.samples.items(), key=lambda each: each[0][1]):
        closed[metric][first_of(moment.astimezone(zone).date(), interval)] = total
    born_on = None
    if one.begun_at is not None:
        born_on = first_of(one.begun_at.astimezone(zone).date(), interval)

    def change(metric: str, day: date) -> int | None:
        before, total = closed[metric].get(first_of(day - ONE_DAY, interval)), closed[metric][day]
        return total - before if before is not None else total if day == born_on else None

    ends = {
        metric: {day: Closed(total, change(metric, day)) for day, total in days.items()}
        for metric, days in closed.items()
    }
    parts = [ends[metric] for metric in ENGAGEMENT_PARTS if metric in ends]
    return ends | {"engagements": together(parts, interval)}


def together(parts: Sequence[dict[date, Closed]], interval: Interval) -> dict[date, Closed]:
    found = {}
    for day in {day for part in parts for day in part}:
        before = first_of(day - ONE_DAY, interval)
        here = [part[day] for part in parts if day in part]
        changes = [
            part[day].change if day in part else None
            for part in parts
            if {day, before} & part.keys()
        ]
        known = [each for each in changes if each is not None]
        is_whole = len(known) == len(changes)
        found[day] = Closed(sum(each.total for each in here), sum(known) if is_whole else None)
    return found


def model(counted: Sequence[Counted], query: SeriesQuery, days: Sequence[date]) -> Lines:
    groups: dict[str | None, list[Counted]] = {None: []} if query.group_by is GroupBy.NONE else {}
    for one in counted:
        if is_asked(one, query):
            groups.setdefault(group_of(one, query.group_by), []).append(one)
    lines = {
        (str(metric), group): line_of(metric, members, query, days)
        for group, members in groups.items()
        for metric in query.metrics
    }
    return {key: line for key, line in lines.items() if key[1] is None or any(line.measured)}


def is_asked(one: Counted, query: SeriesQuery) -> bool:
    is_own = one.post_id is None
    return (
        (not query.community_ids or one.account.community_id in query.community_ids)
        and (not query.account_ids or one.account.id in query.account_ids)
        and (not query.networks or one.account.network in query.networks)
        and (not query.post_ids or one.post_id in query.post_ids)
        and (not query.calendar_ids or is_own or one.owner.id in query.calendar_ids)
    )


def group_of(one: Counted, by: GroupBy) -> str | None:
    if by is GroupBy.NONE:
        return None
    return one.account.network if by is GroupBy.NETWORK else show("acct", one.account.id)


def line_of(
    metric: MetricKey, members: Sequence[Counted], query: SeriesQuery, days: Sequence[date]
) -> Line:
    line, all_ends = Line([], [], [], []), [(one, ends_of(one, query.interval)) for one in members]
    name = "engagements" if metric in RATES else str(metric)
    for day in days:
        here = [each for each in all_ends if day in each[1].get(name, {})]
        line.measured.append(len(here))
        if metric in RATES:
            known, base = rated(RATES[metric], here, all_ends, day, by_post=bool(query.post_ids))
            line.values.append(round(100 * sum(known) / base, 4) if known and base else None)
            line.totals.append(None)
        else:
            known = changes(here, name, day)
            line.values.append(sum(known) if known else None)
            line.totals.append(sum(ends[name][day].total for _, ends in here) if here else None)
        line.known.append(len(known))
    return line


def rated(
    against: str, here: Told, everybody: Told, day: date, *, by_post: bool
) -> tuple[list[int], int]:
    """Engagements of those that have what they are held against, and how much that is."""
    rows = defaultdict[UUID | tuple[UUID, UUID], Told](list)
    for one, ends in here:
        rows[one.id if by_post else (one.account.id, one.owner.id)].append((one, ends))
    known, base = list[int](), 0
    if against == "followers" and not by_post:
        base = sum(
            ends["followers"][day].total
            for _, ends in everybody
            if day in ends.get("followers", {})
        )
    for row in rows.values():
        moved = changes(row, "engagements", day)
        if against == "views":
            held = changes(row, "views", day)
        elif by_post:
            held = [one.followers for one, _ in row if one.followers is not None]
        else:
            held = [
                0
                for one, ends in everybody
                if one.id == row[0][0].account.id and day in ends.get("followers", {})
            ]
        known += moved if held else []
        base += sum(held) if moved else 0
    return known, base


def changes(told: Told, metric: str, day: date) -> list[int]:
    found = [ends[metric][day].change for _, ends in told if day in ends.get(metric, {})]
    return [each for each in found if each is not None]


# Without shrinking: it takes minutes, and says no more.
@settings(max_examples=10, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(rng=st.randoms(use_true_random=False))
async def test_series_equal_a_slow_model(database: Database, rng: Random) -> None:
    house = House(await World(database, await make_workspace(database)).open(), rng)
    await house.live()

    for _ in range(8):
        query = house.question()
        told = json.loads(
            await read_series(database.reads, house.world.caller, query, now=MIDNIGHT)
        )
        days = [date.fromisoformat(day) for day in told["days"]]
        found = {
            (each["metric"], each["group"]): Line(*(each[column] for column in Line._fields))
            for each in told["series"]
        }
        assert found == model(house.counted, query, days)
