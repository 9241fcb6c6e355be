"""Opens a line to a network for one account: its access, fresh, and the one way out, budgeted.

Grants are renewed by one process at a time: a lease in the account's row lets the others wait,
and the new grant is kept before it is used. Where a process dies in between, the old one is tried:
most networks take it for hours or renew it anew; one that takes each once needs its owner again.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from time import monotonic
from uuid import UUID

import structlog

from domain.accounts import budgeting, connections, standing
from domain.accounts.credentials import open_grant, renewed
from domain.accounts.rules import AccountState, ended_early, runs_out
from domain.accounts.shapes import AccountFacts
from domain.accounts.standing import Standing
from domain.connector.errors import GrantExpired, NetworkError, OutcomeUnknown, Unavailable
from domain.connector.http import Call, Http, Reply
from domain.connector.manifest import IdempotencyClass
from domain.connector.port import Connector
from domain.connector.versions import spoken
from domain.connector.words import Access, Grant
from domain.kernel.errors import AccountDisconnected, AccountRemoved
from domain.kernel.ids import show
from domain.kernel.reaching import ENGINE_FAULTS, is_away
from domain.kernel.sealing import SealBroken
from domain.networks import find
from workers import budget
from workers.context import Clock, Context

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("outward")

LEASE = timedelta(seconds=60)
LONGEST_RENEWAL_S = 45.0
LOOK_AGAIN_S = 0.1
KEPT_WITHIN_S = 600.0
"""How long a database may be away until a new grant is lost that nobody else has."""
UNANSWERED = "account.renewal_unanswered"


class Purpose(StrEnum):
    """What a line is opened for; publishing goes before reading."""

    PUBLISH = "publish"
    READ = "read"
    MEASURE = "measure"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Timed:
    """A way out to a test network that says what time it is in the workspace."""

    http: Http
    clock: Clock

    async def __call__(self, call: Call) -> Reply:
        headers = {**call.headers, "Sandbox-Now": self.clock().isoformat()}
        return await self.http(replace(call, headers=headers))


_SHARES = {
    Purpose.PUBLISH: budgeting.Purpose.PUBLISH,
    Purpose.READ: budgeting.Purpose.INBOX,
    Purpose.MEASURE: budgeting.Purpose.METRICS,
    Purpose.CHECK: budgeting.Purpose.CONNECT,
}
_CONNECTED = frozenset({AccountState.CONNECTED})
_CHECKABLE = frozenset({AccountState.CONNECTED, AccountState.ACTION_REQUIRED})


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """Everything a connector's ability asks for."""

    account: AccountFacts
    connector: Connector
    access: Access
    http: Http

    @property
    def idempotency(self) -> IdempotencyClass:
        """The network's class, or the one this very account was given when it connected."""
        own = self.access.grant.extra.get("idempotency")
        return IdempotencyClass(own) if own else self.connector.manifest.idempotency


async def open_line(
    context: Context, workspace_id: UUID, account_id: UUID, *, purpose: Purpose, now: datetime
) -> Line:
    """A line that is good for at least two minutes, where grants run out.

    Raises `AccountRemoved` (for good), `AccountDisconnected` (until it is connected again),
    `GrantExpired` (tell `grant_expired`) and, when a grant could not be renewed, `Unavailable` or
    `RateLimited`.
    """
    states = _CHECKABLE if purpose is Purpose.CHECK else _CONNECTED
    seen = await _look(context, workspace_id, account_id, states, now)
    connector = find(seen.account.network)
    if connector is None or connector.connect is None:
        raise AccountDisconnected("This Parvis does not know the account's network.")
    grant = _open(context, seen)
    if runs_out(grant.expires_at, now=now):
        grant = await _fresh(context, connector, seen, states, now)
    return Line(
        account=seen.account,
        connector=connector,
        access=_access(context, connector, seen.account, grant, now),
        http=way_out(context, connector, account_id, purpose),
    )


async def grant_expired(
    context: Context, workspace_id: UUID, account_id: UUID, error: GrantExpired, *, now: datetime
) -> bool:
    """Pauses the account until its owner connects it again; its queue is kept.

    `now` is when the refused work began. False: the grant was renewed since, or is now, so try
    again at once. A grant that might be renewed, but not now, pauses nothing: leave it for later.
    """
    try:
        if await _renewed_early(context, workspace_id, account_id, now):
            return False
    except Unavailable:
        return True
    async with context.database.transaction(workspace_id) as session:
        is_out = await connections.lock_out(session, workspace_id, account_id, error, now=now)
    if is_out:
        log.warning("account.locked_out", account_id=show("acct", account_id), code=error.code)
    return is_out


async def speaks(context: Context, workspace_id: UUID, account_id: UUID, *, now: datetime) -> bool:
    """Whether the account is connected."""
    try:
        await _look(context, workspace_id, account_id, _CONNECTED, now)
    except (AccountDisconnected, AccountRemoved):
        return False
    return True


def way_out(context: Context, connector: Connector, account_id: UUID, purpose: Purpose) -> Http:
    """The way out within the account's rate budgets."""
    http, share = context.http, _SHARES[purpose]
    if context.plain is not None and connector.manifest.is_test:
        http = Timed(http, context.clock)
    return budget.for_account(http, context.budgets, connector.manifest, account_id, share)


async def _look(
    context: Context,
    workspace_id: UUID,
    account_id: UUID,
    states: frozenset[AccountState],
    now: datetime,
) -> Standing:
    reads = context.database.reads
    return await standing.find_standing(reads, workspace_id, account_id, states=states, now=now)


async def _renewed_early(
    context: Context, workspace_id: UUID, account_id: UUID, now: datetime
) -> bool:
    """Whether a refused grant was renewed: networks end some before the time they told.

    Raises `Unavailable` when that is not to be known yet.
    """
    try:
        seen = await _look(context, workspace_id, account_id, _CONNECTED, now)
        kept, connector = _open(context, seen), find(seen.account.network)
        is_early = ended_early(kept.expires_at, seen.granted_at, now=now)
        if connector is None or not kept.refresh or not is_early:
            return False
        new = await _fresh(context, connector, seen, _CONNECTED, context.clock())
    except (AccountDisconnected, GrantExpired):
        return False
    if new == kept:
        raise Unavailable("The account's grant is not renewed.", code=UNANSWERED)
    return True


async def _fresh(
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
        seen = await _look(context, *ids, states, moment)
        if seen.sealed_grant != before:
            return _open(context, seen)


async def _may_renew(context: Context, seen: Standing, now: datetime) -> bool:
    async with context.database.transaction(seen.account.workspace_id) as session:
        return await standing.begin_renewal(session, seen, now=now, lease=LEASE)


async def _renew(context: Context, connector: Connector, seen: Standing, now: datetime) -> Grant:
    kept = _open(context, seen)
    try:
        new = await _ask(context, connector, seen, kept, now)
    except NetworkError as error:
        await _give_up(context, seen, now, is_lost=error.code == UNANSWERED)
        if isinstance(error, GrantExpired):
            raise _told(seen, error) from error
        if kept.expires_at and kept.expires_at <= now:
            raise
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
    """Tried for as long as the database is away: nobody else has the new grant."""
    started, workspace_id = monotonic(), seen.account.workspace_id
    while True:
        try:
            async with context.database.transaction(workspace_id) as session:
                return await standing.keep_renewed(session, seen, grant, keys=context.keys, now=now)
        except ENGINE_FAULTS as error:
            if not is_away(error) or monotonic() - started > KEPT_WITHIN_S:
                raise
            await asyncio.sleep(LOOK_AGAIN_S)


def _told(seen: Standing, error: GrantExpired) -> GrantExpired:
    """Why the old grant is refused, where the answer that had a new one was lost."""
    if not seen.is_answer_lost:
        return error
    message = "The network renewed the account's access, and its answer never came to be kept."
    return GrantExpired(message, code="account.renewal_lost", said=error.said)


async def _ask(
    context: Context, connector: Connector, seen: Standing, kept: Grant, now: datetime
) -> Grant | None:
    if connector.connect is None:
        return None
    http = way_out(context, connector, seen.account.id, Purpose.CHECK)
    access = _access(context, connector, seen.account, kept, now)
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


def _open(context: Context, seen: Standing) -> Grant:
    account = seen.account
    try:
        return open_grant(context.keys, account.workspace_id, account.id, seen.sealed_grant)
    except SealBroken as error:
        raise GrantExpired(
            "The account's credentials can no longer be opened.", code="account.seal_broken"
        ) from error


def _access(
    context: Context, connector: Connector, account: AccountFacts, grant: Grant, now: datetime
) -> Access:
    return Access(
        server=account.server,
        remote_id=account.remote_id,
        handle=account.handle,
        grant=grant,
        versions=spoken_by(context, connector, now=now),
    )


def spoken_by(context: Context, connector: Connector, *, now: datetime) -> dict[str, str]:
    """The versions that the network's apis are spoken in."""
    return spoken(connector.manifest, context.settings.network_versions, on=now.date())


_held: set[asyncio.Task[Grant]] = set()


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
