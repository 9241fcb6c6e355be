"""Opens a line to a network for one account: its access, fresh, and the one way out, budgeted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from domain.accounts import connections, standing
from domain.accounts.renewing import REFUSED, UNANSWERED
from domain.accounts.rules import AccountState, ended_early, runs_out
from domain.accounts.shapes import AccountFacts
from domain.accounts.standing import Standing
from domain.connector.errors import GrantExpired, Unavailable
from domain.connector.http import Http
from domain.connector.manifest import IdempotencyClass
from domain.connector.port import Connector
from domain.connector.words import Access
from domain.kernel.errors import AccountDisconnected, AccountRemoved
from domain.kernel.ids import show
from domain.networks import find
from workers.context import Context
from workers.renewals import access_of, fresh, look, open_kept
from workers.ways import Purpose, way_out

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("outward")

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
    seen = await look(context, workspace_id, account_id, states, now)
    connector = find(seen.account.network)
    if connector is None or connector.connect is None:
        raise AccountDisconnected("This Parvis does not know the account's network.")
    grant = open_kept(context, seen)
    if runs_out(grant.expires_at, now=now):
        try:
            grant = await fresh(context, connector, seen, states, now)
        except Unavailable as error:
            if error.code == REFUSED and purpose is not Purpose.CHECK:
                await _check_soon(context, seen, now)
            raise
    return Line(
        account=seen.account,
        connector=connector,
        access=access_of(context, connector, seen.account, grant, now),
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
        await look(context, workspace_id, account_id, _CONNECTED, now)
    except (AccountDisconnected, AccountRemoved):
        return False
    return True


async def _check_soon(context: Context, seen: Standing, now: datetime) -> None:
    async with context.database.transaction(seen.account.workspace_id) as session:
        await standing.check_soon(session, seen, now=now)


async def _renewed_early(
    context: Context, workspace_id: UUID, account_id: UUID, now: datetime
) -> bool:
    """Whether a refused grant was renewed: networks end some before the time they told.

    Raises `Unavailable` when that is not to be known yet.
    """
    try:
        seen = await look(context, workspace_id, account_id, _CONNECTED, now)
        kept, connector = open_kept(context, seen), find(seen.account.network)
        is_early = ended_early(kept.expires_at, seen.granted_at, now=now)
        if connector is None or not kept.refresh or not is_early:
            return False
        new = await fresh(context, connector, seen, _CONNECTED, context.clock())
    except (AccountDisconnected, GrantExpired):
        return False
    if new == kept:
        raise Unavailable("The account's grant is not renewed.", code=UNANSWERED)
    return True
