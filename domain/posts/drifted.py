"""Where a person has what a network shows looked at now."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import AbilityMissing, NotAllowedNow
from domain.kernel.nudges import due_at
from domain.networks import find
from domain.posts.content import find_named_accounts
from domain.posts.delivery_queries import delivery_view
from domain.posts.delivery_shapes import DeliveryView
from domain.posts.finding import lock_delivery
from domain.posts.judging import ensure_connected
from domain.posts.rules import DeliveryState


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
    account = (await find_named_accounts(session, caller, [row.account_id]))[row.account_id]
    connector = find(account.network)
    if connector is None or connector.shows is None:
        raise AbilityMissing(f"{account.network} does not tell what it shows.")
    ensure_connected(account)
    row.read_back_at = now
    row.version, row.updated_at = row.version + 1, now
    due_at(session, caller.workspace_id, id_, now)
    return delivery_view(row)
