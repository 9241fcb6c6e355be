"""One delivery: open the line, speak, record. An unknown outcome is looked up, never resent."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.rules import InDoubt
from domain.connector.errors import (
    GrantExpired,
    NetworkError,
    Refused,
    VersionGone,
)
from domain.connector.http import Http
from domain.connector.words import Checkpoint, Draft, Published
from domain.kernel.caller import worker
from domain.kernel.errors import AccountDisconnected, ParvisError, PublishingPaused
from domain.kernel.ids import show
from domain.kernel.reaching import ENGINE_FAULTS, is_away
from domain.kernel.traces import span
from domain.posts import leaving, recording
from domain.posts.behind import behind_error
from domain.posts.delivering import LOOK_UP, Task, Wait
from domain.posts.pausing import ensure_unpaused
from domain.posts.rules import (
    Decision,
    DeliveryKind,
    Verdict,
    after_error,
    after_look_up_error,
    look_ups_needed,
)
from workers.behind import let_ahead, put_off_behind
from workers.cards import PATIENCE_S, with_cards
from workers.context import Context
from workers.drafts import draft_of, with_quotes_written
from workers.endings import version_gone
from workers.outcomes import broken, record_done, record_not_there, show_known
from workers.outward import Line, grant_expired, open_line, speaks
from workers.steps import Beginning, LeaseLost, Steps
from workers.ways import Purpose

REPEATABLE = frozenset({DeliveryKind.WITHDRAW, DeliveryKind.EDIT})
"""What does no harm when it is done twice."""
JUDGED_LASTS = timedelta(seconds=1)
LINE_KEPT = timedelta(seconds=60)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Opened:
    """A line that several deliveries of one account share for a short while."""

    line: Line
    at: datetime


async def deliver(context: Context, task: Task, opened: Opened | None) -> Opened | None:
    """One attempt or one look-up, from opening the line to the record; gives the line for more."""
    started_at = context.clock()
    if not context.outbox.is_ours(task, now=started_at):
        log.warning("delivery.lease_lost", delivery_id=show("dlv", task.id))
        return opened
    if opened is not None and started_at - opened.at > LINE_KEPT:
        opened = None
    with span("deliver", parent=task.trace, act=task.act, kind=task.kind):
        try:
            if await _hold_paused(context, task, started_at):
                return None
            task.ensure_holds(started_at)
            line = opened.line if opened else await _open(context, task, started_at)
            whole = await draft_of(context, task)
            draft = with_quotes_written(whole, line.connector.manifest)
        except ParvisError as error:
            await _hold(context, task, error)
        except NetworkError as error:
            await _record_error(context, task, None, error, started_at)
        except Exception as error:
            # Else it would stay `going`, unseen.
            if is_away(error):
                raise
            await break_off(context, task, error, started_at)
        else:
            if await _act(context, task, line, draft, started_at):
                return opened or Opened(line, started_at)
    return None


async def break_off(context: Context, task: Task, error: Exception, started_at: datetime) -> None:
    """Parvis itself breaks at it, before anything was said."""
    trouble = broken(task, error, is_in_doubt=False)
    await _record_error(context, task, None, trouble, started_at)


async def _hold_paused(context: Context, task: Task, now: datetime) -> bool:
    """What was claimed this second was judged then; what has waited here is judged again.

    And held in the same transaction, or a pause that ends in between would not see it.
    """
    judged_at = max(task.due_at, context.outbox.unpaused.get(task.workspace_id, task.due_at))
    if abs(now - judged_at) <= JUDGED_LASTS or not task.brings_out:
        return False
    caller = worker(task.workspace_id)
    async with context.database.transaction(task.workspace_id) as session:
        try:
            if await ensure_unpaused(session, caller, task.id):
                context.outbox.unpaused[task.workspace_id] = now
        except PublishingPaused as error:
            await recording.hold(session, caller, task, error, now=context.clock())
            return True
    return False


async def _open(context: Context, task: Task, now: datetime) -> Line:
    ids = task.workspace_id, task.account_id
    line = await open_line(context, *ids, purpose=Purpose.PUBLISH, now=now)
    context.outbox.servers[task.account_id] = line.account.server
    return line


async def _act(
    context: Context, task: Task, line: Line, draft: Draft, started_at: datetime
) -> bool:
    """Speaks and records; False when the line should not be used again."""
    log.info(
        "delivery.act",
        act=task.act,
        delivery_id=show("dlv", task.id),
        late_ms=round((started_at - task.due_at).total_seconds() * 1000),
    )
    try:
        if task.act == LOOK_UP:
            await _look_up(context, task, line, draft, started_at)
        else:
            published = await _send(context, task, line, draft)
            await record_done(context, task, published, started_at)
    except LeaseLost:
        log.warning("delivery.lease_lost", delivery_id=show("dlv", task.id))
    except NetworkError as error:
        await _record_error(context, task, line, error, started_at)
        return False
    return True


async def _send(context: Context, task: Task, line: Line, draft: Draft) -> Published | None:
    steps = Steps(context, task, len(draft.parts))
    try:
        return await _speak(context, task, line, draft, steps)
    except NetworkError:
        await steps.keep_whole()
        raise
    except (LeaseLost, *ENGINE_FAULTS):
        raise
    except Exception as error:
        await steps.keep_whole()
        raise broken(task, error, is_in_doubt=steps.is_in_doubt) from error


async def _speak(
    context: Context, task: Task, line: Line, draft: Draft, steps: Steps
) -> Published | None:
    publish = line.connector.publish
    if publish is None:
        return None
    http = Beginning(line.http, steps)
    if task.kind is DeliveryKind.WITHDRAW:
        await publish.withdraw(http, line.access, task.refs)
        return None
    if task.kind is DeliveryKind.EDIT:
        return await _edit(line, http, task, draft, now=context.clock())
    draft = await with_cards(context.http, line.connector.manifest, draft, patience_s=PATIENCE_S)
    given = dict(task.checkpoint), steps.save
    return await publish.publish(http, line.access, draft, *given, now=context.clock())


async def _edit(line: Line, http: Http, task: Task, draft: Draft, *, now: datetime) -> Published:
    edits = line.connector.edit
    if edits is None:
        raise Refused("The network lets nothing be changed.", code="network.refused")
    refs = [
        await edits.edit(http, line.access, ref, replace(draft, parts=(part,)), now=now)
        for ref, part in zip(task.refs, draft.parts, strict=True)
    ]
    return Published(tuple(refs))


async def _look_up(
    context: Context, task: Task, line: Line, draft: Draft, started_at: datetime
) -> None:
    publish = line.connector.publish
    if task.kind in REPEATABLE or not context.settings.reconcile or publish is None:
        # Without reconciling the send is repeated blindly.
        await record_not_there(context, task, line, started_at, again_at=None, checkpoint=None)
        return
    try:
        published = await publish.look_up(
            line.http, line.access, draft, dict(task.checkpoint), since=task.sent_at
        )
    except (NetworkError, *ENGINE_FAULTS):
        raise
    except Exception as error:
        raise broken(task, error, is_in_doubt=False) from error
    if published is not None and len(published.refs) >= len(draft.parts):
        await record_done(context, task, published, started_at)
        return
    checkpoint = _half_out(task, line, published)
    is_sure = task.look_ups_ended + 1 >= look_ups_needed(line.idempotency)
    wait = timedelta(seconds=line.connector.manifest.reconcile_wait_s)
    again_at = None if is_sure or checkpoint is not None else context.clock() + wait
    await record_not_there(
        context, task, line, started_at, again_at=again_at, checkpoint=checkpoint
    )


def _half_out(task: Task, line: Line, found: Published | None) -> Checkpoint | None:
    """The checkpoint with what was found of a thread; None: no more than was known.

    Behind it nothing was sent yet: a message begins once it is known of the one above.
    """
    resume = line.connector.resume
    if found is None or resume is None:
        return None
    checkpoint: Checkpoint = task.checkpoint
    new = found.refs[len(resume.known(checkpoint)) :]
    for ref in new:
        checkpoint = resume.told(checkpoint, ref)
    return checkpoint if new else None


async def _record_error(
    context: Context,
    task: Task,
    line: Line | None,
    error: NetworkError,
    started_at: datetime,
) -> None:
    now = context.clock()
    decision = _decided(task, line, error, now)
    wait = behind_error(task, error, decision, now=now)
    caller, when = worker(task.workspace_id), {"started_at": started_at, "now": now}

    async def record(session: AsyncSession) -> None:
        await recording.record_error(session, caller, task, error, decision, **when)
        await show_known(session, caller, task, line)

    await put_off_behind(context, task, wait, record, now=now)
    if task.act == LOOK_UP and decision.verdict is Verdict.WAIT:
        await let_ahead(context, task)
    ids = task.workspace_id, task.account_id
    if isinstance(error, VersionGone):
        await version_gone(context, *ids, error)
    if isinstance(error, GrantExpired):
        is_out = await grant_expired(context, *ids, error, now=started_at)
        if not is_out:
            await _go_on(context, task)


def _decided(task: Task, line: Line | None, error: NetworkError, now: datetime) -> Decision:
    wait = timedelta(seconds=line.connector.manifest.reconcile_wait_s if line else 0.0)
    if task.act == LOOK_UP:
        in_doubt = line.account.in_doubt if line else InDoubt.ASK
        return after_look_up_error(
            error,
            look_ups=task.look_ups,
            ended=task.look_ups_ended,
            in_doubt=in_doubt,
            reconcile_wait=wait,
            now=now,
        )
    return after_error(
        error,
        attempts=task.attempts,
        failures=task.failures,
        askings=task.askings,
        reconcile_wait=wait,
        now=now,
    )


async def resume(context: Context, workspace_id: UUID, account_id: UUID) -> None:
    """Sends at once what was held while the account could not speak."""
    async with context.database.transaction(workspace_id) as session:
        await recording.resume_account(
            session, worker(workspace_id), account_id, now=context.clock()
        )


async def _go_on(context: Context, task: Task) -> None:
    """The account speaks again: what waits behind the task here goes back, or would overtake it."""
    caller, now = worker(task.workspace_id), context.clock()
    left = context.outbox.put_off(task.account_id, Wait(now, None))
    async with context.database.transaction(task.workspace_id) as session:
        await leaving.put_off(session, caller, left, now=now)
        await recording.resume_account(session, caller, task.account_id, now=now)


async def _hold(context: Context, task: Task, error: ParvisError) -> None:
    now = context.clock()
    async with context.database.transaction(task.workspace_id) as session:
        await recording.hold(session, worker(task.workspace_id), task, error, now=now)
    if isinstance(error, AccountDisconnected) and await speaks(
        context, task.workspace_id, task.account_id, now=now
    ):
        # It was connected again meanwhile, and what was held by then brought forward.
        await _go_on(context, task)
