"""Where a person goes on with what a network shows: accepts it, or has it looked at now."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import AbilityMissing, NotAllowedNow
from domain.kernel.ids import show
from domain.kernel.nudges import due_at
from domain.networks import find
from domain.posts.content import find_accounts
from domain.posts.delivery_queries import delivery_view
from domain.posts.delivery_shapes import DeliveryView
from domain.posts.finding import lock_delivery
from domain.posts.judging import ensure_connected
from domain.posts.reading_back import codes_of
from domain.posts.rules import DeliveryState


async def accept_drift(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> DeliveryView:
    """It may stay as it is shown; another difference is told again. Accepted twice is no error.

    Raises `NotAllowedNow` where nothing differs.
    """
    caller.need(Scope.POSTS_PUBLISH)
    row = await lock_delivery(session, caller, id_)
    if row.drift is None:
        raise NotAllowedNow("Nothing differs from what was sent.")
    if row.drift_accepted_at is None:
        row.drift_accepted_at, row.drift_accepted_by = now, caller.actor
        row.version, row.updated_at = row.version + 1, now
        data = {"account": show("acct", row.account_id), "codes": codes_of(row.drift)}
        about = ("delivery", id_)
        record(session, caller, "delivery.content_drift_accepted", about, now=now, data=data)
    return delivery_view(row)


async def check_delivery(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> DeliveryView:
    """Has a worker compare at once what is shown with what was sent.

    Raises `NotAllowedNow` for what is not public, `AbilityMissing` where the network cannot tell,
    `AccountDisconnected` and `NotFound`.
    """
    caller.need(Scope.POSTS_PUBLISH)
    row = await lock_delivery(session, caller, id_)
    if row.state != DeliveryState.DONE or not row.refs:
        raise NotAllowedNow(f"Only what is public can be checked; this is {row.state}.")
    account = (await find_accounts(session, caller, [row.account_id]))[row.account_id]
    connector = find(account.network)
    if connector is None or connector.shows is None:
        raise AbilityMissing(f"{account.network} does not tell what it shows.")
    ensure_connected(account)
    row.read_back_at = now
    row.version, row.updated_at = row.version + 1, now
    due_at(session, caller.workspace_id, id_, now)
    return delivery_view(row)
