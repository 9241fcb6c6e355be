"""Takes public copies of posts back: one outward intent for each."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import AbilityMissing, NotAllowedNow
from domain.kernel.ids import show
from domain.kernel.nudges import due_at
from domain.networks import find as find_network
from domain.posts.command_shapes import WithdrawPost
from domain.posts.content import find_named_accounts
from domain.posts.deliveries import end, new_delivery
from domain.posts.editing import call_off_edits
from domain.posts.finding import DOUBTED, ensure_free, find_post, lock_delivery, targets_of
from domain.posts.rules import DeliveryKind, DeliveryState
from domain.posts.shapes import PostDetail
from domain.posts.showing import detail
from domain.posts.tables import Delivery, Post


async def withdraw_post(
    session: AsyncSession, caller: Caller, id_: UUID, command: WithdrawPost, *, now: datetime
) -> PostDetail:
    """Takes the public copies back: one outward intent for each.

    Raises `PostOnHold`, `NotAllowedNow`, and `NotFound` for an account that is no target.
    """
    caller.need(Scope.POSTS_PUBLISH)
    post = await find_post(session, caller, id_, None)
    ensure_free(post)
    rows = await targets_of(session, caller, post, command.account_ids)
    public = [row for row in rows if row.state == DeliveryState.DONE or _is_part_public(row)]
    if not public:
        is_doubted = any(row.state == DeliveryState.UNKNOWN for row in rows)
        raise NotAllowedNow(DOUBTED if is_doubted else "Nothing of this post is public there.")
    await withdraw_copies(session, caller, post, public, now=now)
    return await detail(session, caller, post)


def _is_part_public(row: Delivery) -> bool:
    """Whether it failed when some of its messages were out."""
    return row.state == DeliveryState.FAILED and bool(row.refs)


async def withdraw_copies(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    public: Sequence[Delivery],
    *,
    now: datetime,
) -> dict[UUID, UUID]:
    """What takes back public copies of a locked post, by copy; what is on its way already, too.

    Edits of them that wait, or failed, are called off.
    """
    ensure_free(post)
    await call_off_edits(session, caller, public, now=now)
    found = await _withdrawals_under_way(session, caller, post.id)
    for row in public:
        if row.id not in found:
            found[row.id] = await _plan_undoing(session, caller, row, now)
    asked = {"accounts": [show("acct", row.account_id) for row in public]}
    record(session, caller, "post.withdrawal_asked", ("post", post.id), now=now, data=asked)
    return {row.id: found[row.id] for row in public}


async def note_taken_back(
    session: AsyncSession, caller: Caller, withdrawal: Delivery, *, now: datetime
) -> None:
    """What a withdrawal undid is public no longer; its post is locked."""
    if withdrawal.undoes_id is None:
        return
    copy = await lock_delivery(session, caller, withdrawal.undoes_id)
    await call_off_edits(session, caller, [copy], now=now)
    end(copy, DeliveryState.WITHDRAWN, now)
    copy.problem = copy.read_back_at = copy.drift = copy.drifted_at = None
    data = {"account": show("acct", copy.account_id)}
    record(session, caller, "delivery.withdrawn", ("delivery", copy.id), now=now, data=data)


async def _withdrawals_under_way(
    session: AsyncSession, caller: Caller, post_id: UUID
) -> dict[UUID, UUID]:
    statement = select(Delivery.undoes_id, Delivery.id).where(
        col(Delivery.workspace_id) == caller.workspace_id,
        col(Delivery.post_id) == post_id,
        col(Delivery.kind) == DeliveryKind.WITHDRAW,
        col(Delivery.act_at).is_not(None),
    )
    rows = (await session.exec(statement)).all()
    return {undoes_id: id_ for undoes_id, id_ in rows if undoes_id is not None}


async def _plan_undoing(
    session: AsyncSession, caller: Caller, done: Delivery, now: datetime
) -> UUID:
    account = (await find_named_accounts(session, caller, [done.account_id]))[done.account_id]
    if find_network(account.network) is None:
        raise AbilityMissing
    row = new_delivery(caller, DeliveryKind.WITHDRAW, done.account_id, now, now)
    row.post_id, row.undoes_id, row.content = done.post_id, done.id, done.content
    row.refs = done.refs
    session.add(row)
    await session.flush()
    due_at(session, caller.workspace_id, row.id, now)
    return row.id
