"""Measures accounts and their published copies: claim, ask the network, record, come back."""

from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from arq import cron
from arq.cron import CronJob

from domain.accounts.due import DueKind, claim_due
from domain.connector.errors import (
    Barred,
    GrantExpired,
    NetworkError,
    RateLimited,
    Refused,
    Unavailable,
    VersionGone,
)
from domain.connector.port import Measured
from domain.connector.words import Sample
from domain.kernel.caller import worker
from domain.kernel.errors import AccountDisconnected
from domain.kernel.traces import span
from domain.metrics import measuring, service
from domain.metrics.measuring import Due
from domain.metrics.subjects import Subject
from workers.clocks import by_own_clock
from workers.context import Context
from workers.leases import in_time
from workers.outward import Line, grant_expired, open_line
from workers.rounds import begin_round
from workers.ways import Purpose

BATCH = 20
MOST = 200
"""Subjects of one visit; what is left makes the account due again at once."""
TRY_AGAIN = timedelta(minutes=10)
REFUSED_WAIT = timedelta(hours=6)
MONTHS_AHEAD = 4


async def measure_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    async with context.database.transaction(workspace_id) as session:
        rows = await claim_due(
            session,
            workspace_id,
            DueKind.MEASURE,
            now=now,
            lease=context.settings.lease,
            batch=context.slots.free_for_reading(BATCH),
        )
    for row in rows:
        context.slots.start(measure(context, workspace_id, row.id))
    return len(rows)


async def measure(context: Context, workspace_id: UUID, account_id: UUID) -> None:
    """One visit to an account: everything that is due there, in the batches its network takes."""
    began_at = context.clock()
    with span("measure"):
        try:
            await _visit(context, workspace_id, account_id, began_at)
        except AccountDisconnected:
            return
        except GrantExpired as error:
            if await grant_expired(context, workspace_id, account_id, error, now=began_at):
                return
            await _come_back(context, workspace_id, account_id, context.clock() + TRY_AGAIN)
        except NetworkError as error:
            again_at = _again_at(error, context.clock())
            await _come_back(context, workspace_id, account_id, again_at)
        else:
            await _come_back(context, workspace_id, account_id, context.clock())


async def _visit(
    context: Context, workspace_id: UUID, account_id: UUID, began_at: datetime
) -> None:
    line = await open_line(context, workspace_id, account_id, purpose=Purpose.MEASURE, now=began_at)
    ability = line.connector.metrics
    if ability is None:
        raise AccountDisconnected("The network reports no numbers.")
    async with context.database.transaction(workspace_id) as session:
        due = await measuring.plan_measuring(
            session, worker(workspace_id), line.account, now=began_at, most=MOST
        )
    for batch in _batches(due, line.connector.manifest.metrics_batch):
        asked_at = context.clock()
        samples = await _samples(context, line, ability, batch)
        async with context.database.transaction(workspace_id) as session:
            await measuring.record_measured(
                session, worker(workspace_id), line.account, batch, samples, now=asked_at
            )


async def _samples(context: Context, line: Line, ability: Measured, batch: Due) -> list[Sample]:
    """Of what the network refuses to tell there is none, and the others are told all the same.

    Raises `Refused` where it tells of none of several.
    """
    try:
        return await _ask(context, line, ability, batch)
    except Refused as error:
        if len(batch.copies) < 2:
            return []
        return await _one_by_one(context, line, ability, batch.copies, error)


async def _one_by_one(
    context: Context, line: Line, ability: Measured, copies: Sequence[Subject], error: Refused
) -> list[Sample]:
    found, is_told = list[Sample](), False
    for copy in copies:
        with suppress(Refused):
            alone = Due(is_account_due=False, copies=(copy,))
            found += await _ask(context, line, ability, alone)
            is_told = True
    if not is_told:
        raise error
    return found


async def _ask(context: Context, line: Line, ability: Measured, batch: Due) -> list[Sample]:
    async with in_time(context, Unavailable):
        if batch.is_account_due:
            return await ability.sample_account(line.http, line.access)
        remote_ids = [copy.remote_id for copy in batch.copies if copy.remote_id]
        return await ability.sample_posts(line.http, line.access, remote_ids)


def _batches(due: Due, size: int) -> Iterator[Due]:
    """The account first, as posts are held against its followers; then its copies."""
    if due.is_account_due:
        yield Due(is_account_due=True, copies=())
    for start in range(0, len(due.copies), size):
        yield Due(is_account_due=False, copies=due.copies[start : start + size])


def _again_at(error: NetworkError, now: datetime) -> datetime:
    if isinstance(error, RateLimited) and error.until is not None:
        return error.until
    return now + (REFUSED_WAIT if isinstance(error, Barred | Refused | VersionGone) else TRY_AGAIN)


async def _come_back(
    context: Context, workspace_id: UUID, account_id: UUID, earliest: datetime
) -> None:
    async with context.database.transaction(workspace_id) as session:
        await measuring.finish_measuring(
            session, worker(workspace_id), account_id, earliest=earliest, now=context.clock()
        )


async def recut_metrics(
    ctx: dict[str, Any], workspace_id: str, subject_id: str, trace: str | None
) -> None:
    """Cuts a calendar's days anew after its zone has changed; begun here, ends in a slot."""
    context: Context = ctx["context"]
    await context.slots.one_free()
    context.slots.start(_recut(context, UUID(workspace_id), UUID(subject_id), trace))


async def _recut(
    context: Context, workspace_id: UUID, calendar_id: UUID, trace: str | None
) -> None:
    own = await by_own_clock(context, workspace_id)
    with span("recut", parent=trace):
        async with context.database.transaction(workspace_id) as session:
            await service.recut(session, worker(workspace_id), calendar_id, now=own.clock())


async def keep_metrics(ctx: dict[str, Any]) -> None:
    """Makes the months to come, and finds zones whose change nobody told us of."""
    context: Context = ctx["context"]
    now = context.clock()
    async with context.database.transaction(None) as session:
        await service.make_sample_months(session, first_on=now.date(), months=MONTHS_AHEAD)
    begin_round(context, _recut_moved)


async def _recut_moved(context: Context, workspace_id: UUID) -> None:
    own = await by_own_clock(context, workspace_id)
    async with context.database.transaction(workspace_id) as session:
        await service.recut_moved(session, worker(workspace_id), now=own.clock())


JOBS: tuple[Callable[..., Coroutine[Any, Any, Any]], ...] = (recut_metrics,)
CRON: tuple[CronJob, ...] = (cron(keep_metrics, minute={23}),)
