"""Removes accounts: what waits for one is decided on first, and told at once."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, exists, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.accounts import service as accounts
from domain.accounts.shapes import RemoveAccount, Waiting
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.database import driver_of
from domain.kernel.errors import AccountAwaited, AccountRemoved
from domain.kernel.ids import show
from domain.posts.arriving import lock_posts, settle_posts
from domain.posts.deliveries import call_off, give_up
from domain.posts.delivery_queries import visible_deliveries
from domain.posts.rules import UNDER_WAY, DeliveryState
from domain.posts.tables import Delivery, Post

AWAITED = frozenset({DeliveryState.WAITING, *UNDER_WAY})


async def remove_account(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: RemoveAccount,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Raises `AccountAwaited` where messages wait for it, and nobody said what of them.

    What is under way arrives, or fails as this account is gone; what is on legal hold stays.
    """
    caller.need(Scope.ACCOUNTS_WRITE)
    if command.waiting is not None:
        await _decide(session, caller, id_, command.waiting, now)
    await accounts.remove_account(session, caller, id_, expected_version=expected_version, now=now)
    await _ensure_unawaited(session, _undecided(caller, id_, command.waiting))


def _undecided(
    caller: Caller, account_id: UUID, waiting: Waiting | None
) -> SelectOfScalar[Delivery]:
    """What waits for an account; where it was said what of it: what came meanwhile."""
    found = visible_deliveries(caller).where(col(Delivery.account_id) == account_id)
    if waiting is None:
        return found.where(col(Delivery.state).in_(AWAITED))
    on_hold = exists().where(
        col(Post.workspace_id) == col(Delivery.workspace_id),
        col(Post.id) == col(Delivery.post_id),
        col(Post.held_at).is_not(None),
    )
    return found.where(col(Delivery.state) == DeliveryState.WAITING, ~on_hold)


async def _ensure_unawaited(session: AsyncSession, found: SelectOfScalar[Delivery]) -> None:
    """After the account is locked: whoever plans something for it waits, and finds it gone."""
    chosen = found.subquery()
    counts = select(func.count(), func.max(chosen.c.due_at))
    number, last_at = (await session.exec(counts.select_from(chosen))).one()
    if number:
        last = f"the last for {last_at.isoformat()}"
        raise AccountAwaited(f"Messages that wait for it: {number}, {last}.")


async def _decide(
    session: AsyncSession, caller: Caller, account_id: UUID, waiting: Waiting, now: datetime
) -> None:
    """Posts before deliveries, and the account last: as whoever plans something locks them."""
    raw = await driver_of(session)
    of_account = visible_deliveries(caller).where(
        col(Delivery.account_id) == account_id, col(Delivery.state) == DeliveryState.WAITING
    )
    posts = await lock_posts(raw, caller, (row.post_id for row in await session.exec(of_account)))
    on_hold = select(col(Post.id)).where(
        col(Post.workspace_id) == caller.workspace_id,
        col(Post.id).in_([post["id"] for post in posts]),
        col(Post.held_at).is_not(None),
    )
    held = set((await session.exec(on_hold)).all())
    locked = of_account.order_by(col(Delivery.id)).with_for_update()
    for row in await session.exec(locked.execution_options(populate_existing=True)):
        if row.post_id in held:
            continue
        if waiting is Waiting.FAIL:
            give_up(row, AccountRemoved(), now=now)
        else:
            call_off(row, now)
        code = None if row.problem is None else row.problem["code"]
        data = {"code": code, "account": show("acct", account_id)}
        record(session, caller, f"delivery.{row.state}", ("delivery", row.id), now=now, data=data)
    await session.flush()
    await settle_posts(session, raw, caller, posts, now, {})
