"""Grants that run out are renewed, by one process at a time.

A lease in the account's row lets the others wait, and the new grant is kept before it is used.
Where a process dies in between, the old one is tried: most networks take it for hours or renew it
anew; one that takes each once needs its owner again.
"""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

import structlog

from domain.accounts import standing
from domain.accounts.credentials import open_grant, renewed
from domain.accounts.renewing import UNANSWERED, grant_refused, run_out
from domain.accounts.rules import AccountState, runs_out
from domain.accounts.shapes import AccountFacts
from domain.accounts.standing import Standing
from domain.connector.errors import (
    GrantExpired,
    NetworkError,
    OutcomeUnknown,
    Unavailable,
)
from domain.connector.port import Connector
from domain.connector.words import Access, Grant
from domain.kernel.ids import show
from domain.kernel.sealing import SealBroken
from workers.context import Context
from workers.keeping import LOOK_AGAIN_S, kept
from workers.ways import Purpose, spoken_by, way_out

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("renewals")

LEASE = timedelta(seconds=60)
LONGEST_RENEWAL_S = 45.0
_held: set[asyncio.Task[Grant]] = set()


async def look(
    context: Context,
    workspace_id: UUID,
    account_id: UUID,
    states: frozenset[AccountState],
    now: datetime,
) -> Standing:
    reads = context.database.reads
    return await standing.find_standing(reads, workspace_id, account_id, states=states, now=now)


def open_kept(context: Context, seen: Standing) -> Grant:
    account = seen.account
    try:
        return open_grant(context.keys, account.workspace_id, account.id, seen.sealed_grant)
    except SealBroken as error:
        raise GrantExpired(
            "The account's credentials can no longer be opened.", code="account.seal_broken"
        ) from error


def access_of(
    context: Context, connector: Connector, account: AccountFacts, grant: Grant, now: datetime
) -> Access:
    return Access(
        server=account.server,
        remote_id=account.remote_id,
        handle=account.handle,
        grant=grant,
        versions=spoken_by(context, connector, now=now),
    )


async def fresh(
    context: Context,
    connector: Connector,
    seen: Standing,
    states: frozenset[AccountState],
    now: datetime,
) -> Grant:
    """Renews the grant, or waits while another does."""
    started, moment, before = monotonic(), now, seen.sealed_grant
    while True:
        if not seen.is_being_renewed and await _may_renew(context, seen, moment):
            # Kept also when this job is stopped: the network may have handed out the new pair.
            return await asyncio.shield(_hold(_renew(context, connector, seen, moment)))
        waited_s = monotonic() - started
        if waited_s > LEASE.total_seconds():
            raise Unavailable("The account's grant is being renewed.", code="account.renewal_busy")
        await asyncio.sleep(LOOK_AGAIN_S)
        moment = now + timedelta(seconds=waited_s)
        ids = seen.account.workspace_id, seen.account.id
        seen = await look(context, *ids, states, moment)
        if seen.sealed_grant != before:
            return open_kept(context, seen)


async def _may_renew(context: Context, seen: Standing, now: datetime) -> bool:
    async with context.database.transaction(seen.account.workspace_id) as session:
        return await standing.begin_renewal(session, seen, now=now, lease=LEASE)


async def _renew(context: Context, connector: Connector, seen: Standing, now: datetime) -> Grant:
    kept = open_kept(context, seen)
    try:
        new = await _ask(context, connector, seen, kept, now)
    except NetworkError as error:
        await _give_up(context, seen, now, is_lost=error.code == UNANSWERED)
        if isinstance(error, GrantExpired):
            raise grant_refused(error, is_answer_lost=seen.is_answer_lost) from error
        if kept.expires_at and kept.expires_at <= now:
            raise run_out(error) from error
        log.warning("grant.not_renewed", account_id=show("acct", seen.account.id), code=error.code)
        return kept
    if new is None and not runs_out(kept.expires_at, now=now):
        # Asked for before its time, as the network refuses it; there is nothing to renew it with.
        await _give_up(context, seen, now)
        raise GrantExpired("A grant that does not run out is not renewed.")
    grant = kept if new is None else renewed(kept, new)
    if not await _keep(context, seen, grant, now):
        raise Unavailable("The account was connected again meanwhile.", code="account.renewal_busy")
    return grant


async def _keep(context: Context, seen: Standing, grant: Grant, now: datetime) -> bool:
    async def keep() -> bool:
        async with context.database.transaction(seen.account.workspace_id) as session:
            return await standing.keep_renewed(session, seen, grant, keys=context.keys, now=now)

    return await kept(keep)


async def _ask(
    context: Context, connector: Connector, seen: Standing, kept: Grant, now: datetime
) -> Grant | None:
    if connector.connect is None:
        return None
    http = way_out(context, connector, seen.account.id, Purpose.CHECK)
    access = access_of(context, connector, seen.account, kept, now)
    try:
        async with asyncio.timeout(LONGEST_RENEWAL_S):
            return await connector.connect.refresh(http, access, now=now)
    except (TimeoutError, OutcomeUnknown) as error:
        message = "No answer came when the account's grant was renewed."
        raise Unavailable(message, code=UNANSWERED) from error


async def _give_up(
    context: Context, seen: Standing, now: datetime, *, is_lost: bool = False
) -> None:
    """That an answer was lost is remembered until a grant is kept."""
    async with context.database.transaction(seen.account.workspace_id) as session:
        if is_lost or seen.is_answer_lost:
            await standing.lose_renewal(session, seen, now=now)
        else:
            await standing.give_up_renewal(session, seen)


def _hold(renewal: Coroutine[None, None, Grant]) -> asyncio.Task[Grant]:
    """A task that is not lost when the job that waits for it is stopped."""
    task = asyncio.create_task(renewal)
    _held.add(task)
    task.add_done_callback(_held.discard)
    return task


async def end_renewals(timeout_s: float) -> None:
    """Waits for grants that are being renewed, as a process ends: nobody else has the new ones."""
    if _held:
        await asyncio.wait(set(_held), timeout=timeout_s)
