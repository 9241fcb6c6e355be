"""What came of deliveries that did not simply arrive, recorded with their posts and events.

Each function is one transaction.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.errors import (
    NetworkError,
    OutcomeUnknown,
    StillWorking,
    Unavailable,
)
from domain.connector.words import Checkpoint, Ref
from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.errors import AccountRemoved, ParvisError
from domain.kernel.ids import new_id, show
from domain.kernel.nudges import due_at
from domain.posts.deliveries import settle_post
from domain.posts.delivering import LOOK_UP, Task
from domain.posts.delivery_queries import visible_deliveries
from domain.posts.finding import find_post, lock_delivery
from domain.posts.holding import problem_of
from domain.posts.rules import (
    HOLD,
    Decision,
    DeliveryKind,
    DeliveryState,
    Verdict,
    after_not_there,
    goes_first_again,
    holds_back,
    is_away,
    may_move,
)
from domain.posts.tables import Attempt, Delivery, Post


async def record_error(
    session: AsyncSession,
    caller: Caller,
    task: Task,
    error: NetworkError,
    decision: Decision,
    *,
    started_at: datetime,
    now: datetime,
) -> None:
    """The delivery waits, is held, stops, or must be looked up: as decided."""
    post, row = await _locked(session, caller, task)
    state = _STATES[decision.verdict]
    await _add_attempt(session, row, task, state, error, started_at, now)
    if _is_anothers(row, task) or (
        row.state != state and not may_move(DeliveryState(row.state), state)
    ):
        return
    row.state, row.act_at = state, decision.at
    _let_go(row, now)
    if task.act != LOOK_UP and is_away(error):
        row.failures += 1
        row.holds_back = goes_first_again(task.kind, error, decision, now=now)
    if task.act != LOOK_UP and isinstance(error, StillWorking):
        row.askings += 1
    if task.act == LOOK_UP and isinstance(error, OutcomeUnknown):
        row.look_ups_ended += 1
    row.version, row.updated_at = row.version + 1, now
    said = (row.problem or {}).get("said", "") if task.act == LOOK_UP else ""
    row.problem = {**problem_with(error, decision), "said": error.said or said}
    if decision.at is not None:
        due_at(session, caller.workspace_id, row.id, decision.at)
    _tell(session, caller, row, error, decision, now)
    if post is not None:
        await settle_post(session, caller, post, now=now)


def _let_go(row: Delivery, now: datetime) -> None:
    """Another worker may speak for the account where nothing waits for the row's look-up."""
    kind, is_in_doubt = DeliveryKind(row.kind), row.state == DeliveryState.UNKNOWN
    if is_in_doubt and not holds_back(kind, row.act_at, look_ups=row.look_ups, now=now):
        row.claimed_by = None


def problem_with(error: NetworkError, decision: Decision) -> dict[str, object]:
    return {
        "code": error.code,
        "message": error.message,
        "said": error.said,
        "acting_party": decision.acting_party,
        "is_retryable": decision.is_retryable,
    }


async def show_known(
    session: AsyncSession, caller: Caller, task: Task, known: Callable[[Checkpoint], Sequence[Ref]]
) -> None:
    """Has a delivery that is half out show what is surely there: `known` reads its checkpoint."""
    if task.kind in {DeliveryKind.PUBLISH, DeliveryKind.ANSWER}:
        _, row = await _locked(session, caller, task)
        if row.state != DeliveryState.DONE:
            refs = known(row.checkpoint)
            row.refs = [{"remote_id": ref.remote_id, "url": ref.url} for ref in refs]


def _is_anothers(row: Delivery, task: Task) -> bool:
    """Whether a delivery has been taken over, or sent or planned anew, since the task was claimed.

    What comes late of an earlier attempt ends no doubt about this one, and brings none forward;
    what has failed is a person's to send again.
    """
    if row.state == DeliveryState.GOING:
        return row.version != task.version
    if row.state == DeliveryState.FAILED:
        return True
    return (row.attempts, row.due_at) != (task.attempts, task.due_at)


async def record_not_there(
    session: AsyncSession,
    caller: Caller,
    task: Task,
    *,
    again_at: datetime | None,
    checkpoint: Checkpoint | None,
    started_at: datetime,
    now: datetime,
) -> None:
    """A look-up did not find it: look once more at `again_at`, or, if None, send it again.

    What was sent often enough without arriving has failed. Of a thread of which some was found,
    the checkpoint tells that: it is half out, and what misses has all its tries.
    """
    post, row = await _locked(session, caller, task)
    outcome = "not_there" if checkpoint is None else DeliveryState.WAITING
    await _add_attempt(session, row, task, outcome, None, started_at, now)
    if row.state != DeliveryState.UNKNOWN or row.version != task.version:
        return
    row.look_ups_ended += 1
    if checkpoint is not None:
        row.checkpoint, row.failures = dict(checkpoint), 0
    if again_at is None:
        _send_again(session, caller, row, now)
    else:
        row.act_at = again_at
        _let_go(row, now)
    row.version, row.updated_at = row.version + 1, now
    if row.act_at is not None:
        due_at(session, caller.workspace_id, row.id, row.act_at)
    if post is not None:
        await settle_post(session, caller, post, now=now)


def _send_again(session: AsyncSession, caller: Caller, row: Delivery, now: datetime) -> None:
    decision = after_not_there(failures=row.failures, now=now)
    row.failures += 1
    row.look_ups = row.look_ups_ended = 0
    row.state, row.act_at = _STATES[decision.verdict], decision.at
    if decision.at == now:
        row.problem = None
        return
    said = (row.problem or {}).get("said", "")
    error = Unavailable("It was sent and did not arrive.", said=said)
    row.problem = problem_with(error, decision)
    _tell(session, caller, row, error, decision, now)


def _tell(
    session: AsyncSession,
    caller: Caller,
    row: Delivery,
    error: NetworkError,
    decision: Decision,
    now: datetime,
) -> None:
    next_at = None if decision.at is None else decision.at.isoformat()
    data = {"code": error.code, "account": show("acct", row.account_id), "next_at": next_at}
    record(session, caller, f"delivery.{row.state}", ("delivery", row.id), now=now, data=data)


async def hold(
    session: AsyncSession, caller: Caller, task: Task, error: ParvisError, *, now: datetime
) -> None:
    """The account cannot speak: the delivery is kept and tried again later, or on reconnection.

    One that was removed never speaks again: what waited has failed, and of what is in doubt only a
    person can tell.
    """
    post, row = await _locked(session, caller, task)
    if row.version != task.version:
        return
    looked, is_over = task.act == LOOK_UP, isinstance(error, AccountRemoved)
    in_vain = DeliveryState.FAILED if is_over else DeliveryState.WAITING
    row.state = DeliveryState.UNKNOWN if looked else in_vain
    row.attempts -= 0 if looked else 1
    row.look_ups -= 1 if looked else 0
    row.act_at = None if is_over else now + HOLD
    _let_go(row, now)
    row.version, row.updated_at = row.version + 1, now
    told = (row.problem or {}).get("code")
    row.problem = {**problem_of(error), "acting_party": "user", "is_retryable": not is_over}
    if told != error.code:
        data = {"code": error.code, "account": show("acct", row.account_id)}
        kind = "failed" if row.state == DeliveryState.FAILED else "held"
        record(session, caller, f"delivery.{kind}", ("delivery", row.id), now=now, data=data)
    if post is not None:
        await settle_post(session, caller, post, now=now)


async def resume_account(
    session: AsyncSession, caller: Caller, account_id: UUID, *, now: datetime
) -> int:
    """Brings forward what was held while the account could not speak; gives how many.

    To where it was planned, or what fell due since would go out first.
    """
    statement = visible_deliveries(caller).where(
        col(Delivery.account_id) == account_id,
        col(Delivery.act_at) > now,
        col(Delivery.due_at) <= now,
        col(Delivery.problem).is_not(None),
        # Its lease is nobody else's to end.
        col(Delivery.state) != DeliveryState.GOING,
    )
    rows = (await session.exec(statement.order_by(col(Delivery.id)).with_for_update())).all()
    for row in rows:
        row.act_at = row.due_at
        due_at(session, caller.workspace_id, row.id, now)
    return len(rows)


_STATES = {
    Verdict.WAIT: DeliveryState.WAITING,
    Verdict.HOLD: DeliveryState.WAITING,
    Verdict.STOP: DeliveryState.FAILED,
    Verdict.LOOK: DeliveryState.UNKNOWN,
}


async def _locked(
    session: AsyncSession, caller: Caller, task: Task
) -> tuple[Post | None, Delivery]:
    """The post, then its delivery: always locked in this order."""
    post = await find_post(session, caller, task.post_id, None) if task.post_id else None
    return post, await lock_delivery(session, caller, task.id)


async def _add_attempt(
    session: AsyncSession,
    row: Delivery,
    task: Task,
    outcome: str,
    error: NetworkError | None,
    started_at: datetime,
    now: datetime,
) -> None:
    """One more line in the delivery's history; a retry counts on where the history ends."""
    before = select(func.count()).where(
        col(Attempt.workspace_id) == row.workspace_id, col(Attempt.delivery_id) == row.id
    )
    session.add(
        Attempt(
            workspace_id=row.workspace_id,
            id=new_id(),
            delivery_id=row.id,
            number=(await session.exec(before)).one() + 1,
            act=task.act,
            started_at=started_at,
            ended_at=now,
            outcome=outcome,
            code=error.code if error else None,
            detail=(error.said or error.message) if error else None,
        )
    )
    await session.flush()
