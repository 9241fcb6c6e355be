"""Whatever people, two workers and a jumping clock do: nothing goes out twice, early or paused."""

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import col, select

from domain.calendars.service import create_calendar
from domain.calendars.shapes import CreateCalendar
from domain.communities.service import create_community
from domain.communities.shapes import CreateCommunity
from domain.connector.errors import Unavailable
from domain.connector.words import Published, Ref
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.errors import (
    DeliveryUnderWay,
    NotAllowedNow,
    PublishingMissed,
    PublishingPaused,
)
from domain.kernel.ids import new_id
from domain.kernel.nudges import Nudges, open_queue
from domain.kernel.settings import Settings
from domain.pauses.service import create_pause
from domain.pauses.shapes import CreatePause, EndPause, Overdue
from domain.posts import arriving, delivering, recording
from domain.posts.arriving import Arrived
from domain.posts.command_shapes import CreatePost, RetryPost, SchedulePost, VariantInput
from domain.posts.delivering import LOOK_UP, SEND, Step, Task
from domain.posts.finding import find_post
from domain.posts.pausing import end_pause, ensure_unpaused
from domain.posts.planning import cancel_post, schedule_post
from domain.posts.rules import Decision, DeliveryState, Verdict
from domain.posts.service import create_post
from domain.posts.settling import retry_delivery, retry_post
from domain.posts.tables import Delivery
from tests.conftest import NOW
from tests.world import make_account, make_workspace

LEASE = timedelta(seconds=90)
WORKERS = (new_id(), new_id())
MINUTE = timedelta(minutes=1)
EXAMPLES = 30
"""The same in every run; more of them find more, at about 0.2 s each."""
PICKS = st.integers(0, 30)
D = DeliveryState
ENDS = (D.DONE, D.FAILED, D.CANCELLED)
T = TypeVar("T")


@dataclass
class Hand:
    """What a worker believes it holds."""

    task: Task
    is_begun: bool = False

    @property
    def target(self) -> tuple[UUID | None, UUID]:
        return self.task.post_id, self.task.account_id


class Schedules(RuleBasedStateMachine):
    """`doubts`: what began to be sent and may be public, by target: the claims it began under."""

    def __init__(self, runner: asyncio.Runner, database: Database) -> None:
        super().__init__()
        self.runner, self.database, self.now = runner, database, NOW
        self.posts: list[UUID] = []
        self.hands: list[Hand] = []
        self.pauses: dict[UUID | None, UUID] = {}
        self.doubts: dict[tuple[UUID | None, UUID], set[int]] = {}
        self.public: set[tuple[UUID | None, UUID]] = set()
        self.not_before: dict[UUID, datetime] = {}
        self.versions: dict[UUID, int] = {}

    def run(self, made: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(made)

    def do(self, function: Any, *given: Any, **named: Any) -> Any:
        """One function of the domain in a transaction of its own, now."""

        async def act() -> Any:
            async with self.database.transaction(self.caller.workspace_id) as session:
                return await function(session, self.caller, *given, **named, now=self.now)

        return self.run(act())

    def rows(self) -> list[Delivery]:
        async def read() -> list[Delivery]:
            async with self.database.transaction(self.caller.workspace_id) as session:
                return list((await session.exec(select(Delivery).order_by(col(Delivery.id)))).all())

        return self.run(read())

    @initialize()
    def furnish(self) -> None:
        self.caller = worker(self.run(make_workspace(self.database)))
        community = self.do(
            create_community, CreateCommunity(name="a", slug="a", time_zone="Europe/Zurich")
        )
        made = (
            make_account(self.database, self.caller.workspace_id, community.id) for _ in range(2)
        )
        self.accounts = [self.run(each) for each in made]
        command = CreateCalendar(
            community_id=community.id, name="a", catch_up="ask", catch_up_after_min=20
        )
        self.calendar_id = self.do(create_calendar, command).id

    @rule(minutes=st.integers(1, 6), most=st.integers(1, 2))
    def schedule(self, minutes: int, most: int) -> None:
        command = CreatePost(
            calendar_id=self.calendar_id,
            title="Vigne",
            text="On taille.",
            variants=[VariantInput(account_id=id_) for id_ in self.accounts[:most]],
        )
        self.posts.append(self.do(create_post, command).id)
        self.plan(self.posts[-1], minutes)

    @precondition(lambda self: self.posts)
    @rule(pick=PICKS, minutes=st.integers(1, 6))
    def reschedule(self, pick: int, minutes: int) -> None:
        self.plan(self.posts[pick % len(self.posts)], minutes)

    def plan(self, id_: UUID, minutes: int) -> None:
        at = self.now + minutes * MINUTE
        command = SchedulePost(wall_time=at.replace(tzinfo=None), time_zone="UTC")
        try:
            self.do(schedule_post, id_, command, expected_version=None)
        except (NotAllowedNow, DeliveryUnderWay):
            return
        for row in self.rows():
            if row.post_id == id_ and row.state == D.WAITING:
                self.not_before[row.id] = at

    @precondition(lambda self: self.posts)
    @rule(pick=PICKS)
    def cancel(self, pick: int) -> None:
        async def cancelling(session: Any, caller: Any, id_: UUID, *, now: datetime) -> None:
            await cancel_post(session, caller, await find_post(session, caller, id_, None), now=now)

        self.do(cancelling, self.posts[pick % len(self.posts)])

    @precondition(lambda self: self.posts)
    @rule(pick=PICKS)
    def retry(self, pick: int) -> None:
        id_ = self.posts[pick % len(self.posts)]
        before = {row.id: row.version for row in self.rows()}
        try:
            self.do(retry_post, id_, RetryPost())
        except NotAllowedNow:
            return
        self.forget_moments(before)

    @precondition(lambda self: self.posts)
    @rule(pick=PICKS)
    def retry_one(self, pick: int) -> None:
        rows = self.rows()
        before = {row.id: row.version for row in rows}
        try:
            self.do(retry_delivery, rows[pick % len(rows)].id)
        except NotAllowedNow:
            return
        self.forget_moments(before)

    def forget_moments(self, before: dict[UUID, int]) -> None:
        """A person sends now what has changed since."""
        for row in self.rows():
            if row.state == D.WAITING and row.version != before[row.id]:
                self.not_before.pop(row.id, None)

    @rule(of=st.sampled_from([None, 0, 1]))
    def pause(self, of: int | None) -> None:
        account_id = None if of is None else self.accounts[of]
        if account_id not in self.pauses:
            command = CreatePause(account_id=account_id, reason="Storm")
            self.pauses[account_id] = self.do(create_pause, command).id

    @precondition(lambda self: self.pauses)
    @rule(overdue=st.sampled_from(Overdue))
    def end_pause(self, overdue: Overdue) -> None:
        before = {row.id: row.version for row in self.rows()}
        _, id_ = self.pauses.popitem()
        self.do(end_pause, id_, EndPause(overdue=overdue))
        self.forget_moments(before)

    @rule(minutes=st.sampled_from([1, 2, 6, 30, -1, -10]))
    def turn_the_clock(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule(by=st.sampled_from(WORKERS), most=st.integers(1, 3))
    def claim(self, by: UUID, most: int) -> None:
        claims = self.do(delivering.claim_due, by=by, lease=LEASE, most=most)
        tasks = self.do(delivering.prepare, claims)
        self.hands += [Hand(task) for task in tasks]
        accounts = {row["account_id"] for row in claims}
        for row in self.rows():
            is_held = row.state == D.GOING and row.act_at is not None and row.act_at > self.now
            assert not (is_held and row.account_id in accounts) or row.claimed_by == by
        for task in tasks:
            if task.act == SEND:
                assert not self.is_paused(task.account_id)
                assert self.now >= self.not_before.get(task.id, self.now)

    def is_paused(self, account_id: UUID) -> bool:
        return None in self.pauses or account_id in self.pauses

    @precondition(lambda self: self.hands)
    @rule(pick=PICKS)
    def begin(self, pick: int) -> None:
        hand = self.hands[pick % len(self.hands)]
        if hand.task.act == LOOK_UP or hand.is_begun:
            return
        try:
            self.do(self.unpaused, hand.task.id)
        except PublishingPaused as error:
            self.do(recording.hold, hand.task, error)
            self.hands.remove(hand)
            return
        assert not self.is_paused(hand.task.account_id)
        step = Step(hand.task, None, is_first=True)
        self.run(delivering.keep_steps(self.database.reads, self.caller, [step]))
        if not step.is_kept:
            self.hands.remove(hand)
            return
        assert not self.doubts.get(hand.target), "sent twice with no look-up between"
        assert hand.target not in self.public
        self.doubts.setdefault(hand.target, set()).add(hand.task.version)
        hand.is_begun = True

    @staticmethod
    async def unpaused(session: Any, caller: Any, id_: UUID, *, now: datetime) -> None:
        del now
        await ensure_unpaused(session, caller, id_)

    @precondition(lambda self: any(self.is_ready(hand) for hand in self.hands))
    @rule(pick=PICKS)
    def arrive(self, pick: int) -> None:
        hand = self.taken(pick)
        published = Published((Ref("r", None),))
        self.do(arriving.record_done, [Arrived(hand.task, published, started_at=self.now)])
        self.doubts.pop(hand.target, None)
        self.public.add(hand.target)

    @precondition(lambda self: any(self.is_ready(hand) for hand in self.hands))
    @rule(pick=PICKS, verdict=st.sampled_from([Verdict.WAIT, Verdict.STOP, Verdict.LOOK]))
    def fail(self, pick: int, verdict: Verdict) -> None:
        """Also a look-up: that did not succeed, or found nothing."""
        hand = self.taken(pick)
        again_at = self.now + MINUTE
        if hand.task.act == LOOK_UP and verdict is not Verdict.LOOK:
            later = again_at if verdict is Verdict.STOP else None
            before = self.row(hand).version
            self.do(recording.record_not_there, hand.task, again_at=later, started_at=self.now)
            if later is None and self.row(hand).version != before:
                self.doubts.pop(hand.target, None)
            return
        at = None if verdict is Verdict.STOP else again_at
        decision = Decision(verdict, at, is_retryable=True, acting_party="network")
        error = Unavailable("Away.")
        self.do(recording.record_error, hand.task, error, decision, started_at=self.now)
        if hand.task.act == SEND and verdict is not Verdict.LOOK:
            self.doubts.get(hand.target, set()).discard(hand.task.version)

    @staticmethod
    def is_ready(hand: Hand) -> bool:
        return hand.is_begun or hand.task.act == LOOK_UP

    def taken(self, pick: int) -> Hand:
        ready = [hand for hand in self.hands if self.is_ready(hand)]
        hand = ready[pick % len(ready)]
        self.hands.remove(hand)
        return hand

    def row(self, hand: Hand) -> Delivery:
        [found] = [row for row in self.rows() if row.id == hand.task.id]
        return found

    @invariant()
    def nothing_is_forgotten(self) -> None:
        if not hasattr(self, "calendar_id"):
            return
        for row in self.rows():
            is_asked = row.problem is not None and row.problem["code"] == PublishingMissed.code
            is_left = row.state in ENDS or (row.state == D.WAITING and is_asked)
            assert (row.act_at is None) <= is_left, row
            assert row.version >= self.versions.get(row.id, 0)
            self.versions[row.id] = row.version

    def teardown(self) -> None:
        """Once nothing stands in its way, all that is planned comes to an end or asks."""
        if not hasattr(self, "calendar_id"):
            return
        while self.pauses:
            self.end_pause(Overdue.PUBLISH)
        for _ in range(4 * len(self.rows())):
            self.now += timedelta(hours=1)
            self.claim(WORKERS[0], 3)
            while self.hands:
                if not self.is_ready(self.hands[0]):
                    self.begin(0)
                if self.hands and self.is_ready(self.hands[0]):
                    self.arrive(0)
        assert [row.id for row in self.rows() if row.act_at is not None] == []


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as made:
        yield made


def test_nothing_goes_out_twice_or_early_or_while_it_is_paused_whatever_happens(
    settings: Settings, runner: asyncio.Runner
) -> None:
    queue = open_queue(settings.redis_url.get_secret_value())
    opened = Database.open(
        settings.database_url.get_secret_value(),
        Nudges(queue),
        pool_size=2,
        read_pool_size=1,
        statement_cache_size=256,
    )
    database = runner.run(opened)
    try:
        run_state_machine_as_test(
            partial(Schedules, runner, database),  # type: ignore[arg-type]  # any callable will do
            settings=hypothesis_settings(
                max_examples=EXAMPLES,
                stateful_step_count=20,
                derandomize=True,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        runner.run(database.close())
        runner.run(queue.aclose())
