"""Whatever people, two workers and the clock do: nothing goes out twice, early or paused."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain.connector.errors import Unavailable
from domain.connector.words import Published, Ref
from domain.kernel.errors import DeliveryUnderWay, NotAllowedNow, PublishingPaused
from domain.kernel.ids import new_id
from domain.kernel.settings import Settings
from domain.pauses.service import create_pause
from domain.pauses.shapes import CreatePause, EndPause, Overdue
from domain.posts import arriving, delivering, recording
from domain.posts.arriving import Arrived
from domain.posts.command_shapes import CreatePost, SchedulePost, VariantInput
from domain.posts.deliveries import may_retry
from domain.posts.delivering import LOOK_UP, SEND, Step, Task
from domain.posts.pausing import end_pause
from domain.posts.planning import schedule_post
from domain.posts.rules import Decision, Verdict
from domain.posts.rules import DeliveryState as D
from domain.posts.service import create_post
from domain.posts.settling import retry_delivery
from domain.posts.tables import Delivery
from tests.domain.posts.stage import Stage, cancelling, checking, claiming, open_stage

MINUTE = timedelta(minutes=1)
WORKERS = (new_id(), new_id())
EXAMPLES, STEPS = 26, 18
PICKS = st.integers(0, 9)
VERDICTS = st.sampled_from([Verdict.WAIT, Verdict.WAIT, Verdict.STOP, Verdict.LOOK])
Target = tuple[UUID | None, UUID]


@dataclass
class Hand:
    """What a worker believes it holds; it tells of it sooner or later, or never."""

    task: Task
    is_begun: bool = False

    @property
    def target(self) -> Target:
        return self.task.post_id, self.task.account_id


class Schedules(RuleBasedStateMachine):
    """`doubts`: what began to be sent and may be public, with the claim it began under."""

    in_flight: Bundle[Hand] = Bundle("in_flight")

    def __init__(self, stage: Stage, tally: Counter[str]) -> None:
        super().__init__()
        self.stage, self.tally = stage, tally
        self.versions: dict[UUID, int] = {}
        self.pauses: dict[UUID | None, tuple[UUID, EndPause]] = {}
        self.doubts: dict[Target, int] = {}
        self.public: set[Target] = set()

    @initialize()
    def furnish(self) -> None:
        """One post is due, another in two minutes."""
        self.stage.furnish()
        self.plan_another(2)

    @precondition(lambda self: len(self.stage.posts) < 5)
    @rule(minutes=st.integers(0, 3))
    def plan_another(self, minutes: int) -> None:
        command = CreatePost(
            calendar_id=self.stage.calendar_id,
            title="Vigne",
            text="On taille.",
            variants=[VariantInput(account_id=id_) for id_ in self.stage.accounts],
        )
        self.stage.posts.append(self.stage.do(create_post, command).id)
        self.plan(self.stage.posts[-1], minutes)

    @rule(pick=PICKS, minutes=st.integers(0, 3), cancels=st.booleans())
    def plan_anew(self, pick: int, minutes: int, *, cancels: bool) -> None:
        id_ = self.stage.posts[pick % len(self.stage.posts)]
        if cancels:
            self.stage.do(cancelling, id_)
        self.plan(id_, minutes)

    def plan(self, id_: UUID, minutes: int) -> None:
        at = self.stage.now + minutes * MINUTE
        command = SchedulePost(now=True)
        if minutes:
            command = SchedulePost(wall_time=at.replace(tzinfo=None), time_zone="UTC")
        try:
            self.stage.do(schedule_post, id_, command, expected_version=None)
        except (NotAllowedNow, DeliveryUnderWay):
            return
        found = [row for row in self.stage.read() if row.post_id == id_ and row.state == D.WAITING]
        assert {row.due_at for row in found} <= {at if minutes else self.stage.now}

    @precondition(lambda self: any(may_retry(row) for row in self.stage.rows))
    @rule(pick=PICKS)
    def retry(self, pick: int) -> None:
        failed = [row for row in self.stage.rows if may_retry(row)]
        self.stage.do(retry_delivery, failed[pick % len(failed)].id)

    @rule(of=st.sampled_from([None, 0, 1]), overdue=st.sampled_from(Overdue))
    def pause(self, of: int | None, overdue: Overdue) -> None:
        """Until a worker has come by: see `go_on`."""
        account_id = None if of is None else self.stage.accounts[of]
        if account_id not in self.pauses:
            made = self.stage.do(create_pause, CreatePause(account_id=account_id, reason="Storm"))
            self.pauses[account_id] = made.id, EndPause(overdue=overdue)

    def end_pauses(self) -> None:
        while self.pauses:
            _, (id_, command) = self.pauses.popitem()
            self.stage.do(end_pause, id_, command)

    def is_paused(self, task: Task) -> bool:
        return None in self.pauses or task.account_id in self.pauses

    @rule(minutes=st.sampled_from([1, 3, 6, 30, -2]))
    def turn_the_clock(self, minutes: int) -> None:
        self.stage.now += minutes * MINUTE

    @rule(target=in_flight, by=st.sampled_from(WORKERS), most=st.integers(1, 3))
    def claim_only(self, by: UUID, most: int) -> Any:
        return multiple(*self.claim(by, most))

    @rule(target=in_flight, by=st.sampled_from(WORKERS), minutes=st.integers(0, 2))
    def go_on(self, by: UUID, minutes: int) -> Any:
        """Time passes, leases end; what is due is claimed and begins, also after a pause."""
        self.stage.now += minutes * MINUTE
        hands = self.claim(by, 3)
        if self.pauses:
            self.end_pauses()
            hands += self.claim(by, 3)
        return multiple(*[hand for hand in hands if self.has_begun(hand)])

    @rule(target=in_flight, by=st.sampled_from(WORKERS))
    def send_again(self, by: UUID) -> Any:
        """Leases end; what had begun is looked up, is not there, and is sent anew."""
        self.stage.now += 2 * MINUTE
        hands = self.claim(by, 4)
        for hand in hands:
            if hand.task.act == LOOK_UP:
                self.tell(hand, Verdict.WAIT)
        sent = [hand for hand in hands if hand.task.act == SEND] + self.claim(by, 4)
        return multiple(*[hand for hand in sent if self.has_begun(hand)])

    def claim(self, by: UUID, most: int) -> list[Hand]:
        tasks: list[Task] = self.stage.do(claiming, by, most)
        held = {row.account_id for row in self.stage.rows if self.is_held(row, but_by=by)}
        assert held.isdisjoint(task.account_id for task in tasks), "two speak through an account"
        for task in tasks:
            self.tally[task.act] += 1
            if task.act == SEND:
                assert not self.is_paused(task), "paused"
                assert task.due_at <= self.stage.now, "early"
        return [Hand(task) for task in tasks]

    def is_held(self, row: Delivery, *, but_by: UUID) -> bool:
        is_going = row.state == D.GOING and row.claimed_by != but_by
        return is_going and row.act_at is not None and row.act_at > self.stage.now

    def has_begun(self, hand: Hand) -> bool:
        """As a worker does before it speaks: False if it must not."""
        if hand.is_begun or hand.task.act == LOOK_UP:
            return True
        try:
            self.stage.do(checking, hand.task.id)
        except PublishingPaused as error:
            self.stage.do(recording.hold, hand.task, error)
            return False
        assert not self.is_paused(hand.task), "paused"
        step = Step(hand.task, None, begins=True)
        self.stage.run(delivering.keep_steps(self.stage.database.reads, [step]))
        if step.is_kept:
            assert hand.target not in self.doubts, "sent twice with no look-up between"
            assert hand.target not in self.public, "sent twice"
            self.doubts[hand.target], hand.is_begun = hand.task.version, True
            self.tally["begun"] += 1
        return step.is_kept

    def may_be_there(self, hand: Hand) -> bool:
        """What failed, or was looked up and not there, does not arrive later."""
        began = self.doubts.get(hand.target)
        return began is not None and (hand.task.act == LOOK_UP or began == hand.task.version)

    @rule(hand=consumes(in_flight))
    def arrive(self, hand: Hand) -> None:
        """Or a look-up finds it."""
        if not self.has_begun(hand):
            return
        if not self.may_be_there(hand):
            self.tell(hand, Verdict.WAIT)
            return
        published = Published((Ref("r", None),))
        arrived = Arrived(hand.task, published, started_at=self.stage.now)
        self.stage.do(arriving.record_done, [arrived])
        del self.doubts[hand.target]
        self.public.add(hand.target)

    @rule(target=in_flight, hand=consumes(in_flight), verdict=VERDICTS, by=st.sampled_from(WORKERS))
    def fail(self, hand: Hand, verdict: Verdict, by: UUID) -> Any:
        """Or a look-up does not find it, at all or for now, or does not succeed; then go on."""
        if self.has_begun(hand):
            self.tell(hand, verdict)
        return self.go_on(by, 2)

    def tell(self, hand: Hand, verdict: Verdict) -> None:
        """Late, perhaps: the delivery may have been claimed, sent and planned again since."""
        started_at, later = self.stage.now, self.stage.now + MINUTE
        if hand.task.act == LOOK_UP and verdict is not Verdict.LOOK:
            again_at = None if verdict is Verdict.WAIT else later
            told = partial(
                recording.record_not_there,
                again_at=again_at,
                checkpoint=None,
                started_at=started_at,
            )
            self.stage.do(told, hand.task)
            [row] = [row for row in self.stage.read() if row.id == hand.task.id]
            if row.state == D.WAITING and row.version == hand.task.version + 1:
                self.doubts.pop(hand.target, None)
            return
        at = None if verdict is Verdict.STOP else later
        decision = Decision(verdict, at, is_retryable=True, acting_party="network")
        error = Unavailable("Away.")
        self.stage.do(recording.record_error, hand.task, error, decision, started_at=started_at)
        if verdict is not Verdict.LOOK and self.may_be_there(hand):
            del self.doubts[hand.target]

    @invariant()
    def nothing_is_forgotten(self) -> None:
        for row in self.stage.read():
            is_over = row.state in (D.DONE, D.CANCELLED)
            assert (row.act_at is None) == (is_over or may_retry(row)), row
            assert row.version >= self.versions.get(row.id, 0)
            self.versions[row.id] = row.version

    def teardown(self) -> None:
        """Once nothing stands in its way, all that is planned comes to an end or asks."""
        self.end_pauses()
        for _ in range(6):
            self.stage.now += 7 * MINUTE
            for hand in self.claim(WORKERS[0], 9):
                self.arrive(hand)
            if not any(row.act_at for row in self.stage.read()):
                return
        pytest.fail("something never comes to an end")


def test_nothing_goes_out_twice_or_early_or_while_it_is_paused_whatever_happens(
    settings: Settings,
) -> None:
    tally: Counter[str] = Counter()
    with open_stage(settings) as stage:
        run_state_machine_as_test(
            partial(Schedules, stage, tally),  # type: ignore[arg-type]  # any callable
            settings=hypothesis_settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                derandomize=True,
                # A failing play is short enough to read, and would be played hundreds of times.
                phases=[Phase.generate],
                report_multiple_bugs=False,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    assert 3 * tally["begun"] > tally[SEND] + tally[LOOK_UP], "too few claims come to a send"
