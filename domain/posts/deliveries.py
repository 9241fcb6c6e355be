"""Deliveries made, ended and sent again, and the state of their post that follows from them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.errors import (
    AccountRemoved,
    DeliveryStopped,
    ParvisError,
    PublishingExpired,
    PublishingMissed,
)
from domain.kernel.ids import new_id
from domain.kernel.nudges import due_at
from domain.kernel.traces import current_trace
from domain.posts import rules
from domain.posts.finding import deliveries_of
from domain.posts.holding import problem_of
from domain.posts.rules import (
    DeliveryKind,
    DeliveryState,
    PostState,
    counts_as,
    post_state,
    published_since,
    when_unplanned,
)
from domain.posts.tables import Delivery, Post

MISSED = frozenset({PublishingMissed.code, PublishingExpired.code})
"""Of what did not go out in time, and waits for a person."""


async def settle_post(session: AsyncSession, caller: Caller, post: Post, *, now: datetime) -> None:
    """Derives the post's state from its deliveries and records the change."""
    await session.flush()
    settle(session, caller, post, await deliveries_of(session, caller, post.id), now=now)


def settle(
    session: AsyncSession, caller: Caller, post: Post, rows: Sequence[Delivery], *, now: datetime
) -> None:
    """As `settle_post`, of rows that `deliveries_of` gave."""
    states = [state for row in rows for state in _states(row)]
    previous = PostState(post.state)
    state = post_state(states, unplanned=when_unplanned(previous))
    if state is previous:
        return
    post.state = state
    out_at = min((row.published_at for row in rows if row.published_at is not None), default=now)
    post.published_at = published_since(state, states, post.published_at, now=out_at)
    post.version, post.updated_at = post.version + 1, now
    data = {"previous": {"state": previous}, "state": state}
    record(session, caller, f"post.{state}", ("post", post.id), now=now, data=data)


def _states(row: Delivery) -> tuple[DeliveryState, ...]:
    is_named = row.variant_id is not None
    return counts_as(DeliveryState(row.state), row.checkpoint, is_named=is_named)


def new_delivery(
    caller: Caller, kind: DeliveryKind, account_id: UUID, moment: datetime, now: datetime
) -> Delivery:
    return Delivery(
        workspace_id=caller.workspace_id,
        id=new_id(),
        kind=kind,
        account_id=account_id,
        state=DeliveryState.WAITING,
        due_at=moment,
        act_at=moment,
        checkpoint={},
        refs=[],
        trace=current_trace(),
        created_at=now,
        updated_at=now,
    )


def end(row: Delivery, state: DeliveryState, now: datetime) -> None:
    row.state, row.act_at = state, None
    row.version, row.updated_at = row.version + 1, now


def is_half_out(row: Delivery) -> bool:
    return rules.is_half_out(DeliveryState(row.state), row.checkpoint)


def call_off(row: Delivery, now: datetime) -> None:
    """It goes out no more; what is half out is not forgotten: the rest of it has failed."""
    if is_half_out(row):
        end(row, DeliveryState.FAILED, now)
        row.problem = problem_of(DeliveryStopped())
    else:
        end(row, DeliveryState.CANCELLED, now)


def give_up(row: Delivery, error: ParvisError, *, now: datetime) -> None:
    """It will never go out, and waits for a person from now on, not from when it was planned."""
    end(row, DeliveryState.FAILED, now)
    row.due_at = min(row.due_at, now)
    row.problem = {**problem_of(error), "is_retryable": False}


def may_retry(row: Delivery) -> bool:
    """Whether it failed, or was missed and waits for a person."""
    is_missed = row.problem is not None and row.problem["code"] in MISSED
    has_failed = row.state == DeliveryState.FAILED and not is_mute(row)
    return has_failed or (row.state == DeliveryState.WAITING and is_missed)


def is_mute(row: Delivery) -> bool:
    """Whether it failed as its account was removed: that one never speaks again."""
    return row.problem is not None and row.problem["code"] == AccountRemoved.code


def retry(session: AsyncSession, row: Delivery, *, now: datetime) -> None:
    """It waits again; its checkpoint stays, so a thread goes on where it was."""
    row.state, row.attempts = DeliveryState.WAITING, 0
    row.failures = row.askings = row.look_ups = row.look_ups_ended = 0
    make_due(session, row, now, now=now)


def make_due(session: AsyncSession, row: Delivery, moment: datetime, *, now: datetime) -> None:
    """It goes out then: from that moment on it counts as late, and what held it is forgotten."""
    row.due_at = row.act_at = moment
    row.holds_back = False
    row.problem, row.version, row.updated_at = None, row.version + 1, now
    due_at(session, row.workspace_id, row.id, moment)
