"""Where a person goes on: doubts that only people can end, and deliveries to send again."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import NotAllowedNow
from domain.kernel.ids import show
from domain.posts.approving import ensure_approved
from domain.posts.command_shapes import RetryPost
from domain.posts.deliveries import end, may_retry, retry, settle_post
from domain.posts.delivery_queries import delivery_view
from domain.posts.delivery_shapes import DeliveryView, Settlement
from domain.posts.finding import ensure_free, find_post, lock_with_post, targets_of
from domain.posts.rules import DeliveryState
from domain.posts.shapes import PostDetail
from domain.posts.showing import detail


async def settle_delivery(
    session: AsyncSession, caller: Caller, id_: UUID, command: Settlement, *, now: datetime
) -> DeliveryView:
    """A person's word on an unknown outcome ends the doubt."""
    caller.need(Scope.POSTS_PUBLISH)
    post, row = await lock_with_post(session, caller, id_)
    if row.state != DeliveryState.UNKNOWN:
        raise NotAllowedNow(f"The outcome is not in doubt: the delivery is {row.state}.")
    end(row, DeliveryState.DONE if command.is_published else DeliveryState.FAILED, now)
    if command.is_published:
        remote_id = command.remote_id or command.url or ""
        row.refs = [{"remote_id": remote_id, "url": command.url}]
        row.remote_id, row.url, row.published_at = remote_id, command.url, row.sent_at
        row.problem = None
    data = {"is_published": command.is_published}
    record(session, caller, "delivery.settled", ("delivery", id_), now=now, data=data)
    if post is not None:
        await settle_post(session, caller, post, now=now)
    return delivery_view(row)


async def retry_delivery(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> DeliveryView:
    """Sends one again that failed, or was missed.

    Raises `NotAllowedNow` for any other, and `PostOnHold`.
    """
    caller.need(Scope.POSTS_PUBLISH)
    post, row = await lock_with_post(session, caller, id_)
    if post is not None:
        ensure_free(post)
    if not may_retry(row):
        raise NotAllowedNow(f"Only a failed delivery can be retried; this one is {row.state}.")
    retry(session, row, now=now)
    record(session, caller, "delivery.retried", ("delivery", id_), now=now)
    if post is not None:
        await settle_post(session, caller, post, now=now)
    return delivery_view(row)


async def retry_post(
    session: AsyncSession, caller: Caller, id_: UUID, command: RetryPost, *, now: datetime
) -> PostDetail:
    """Sends again what failed, at once. What may already be public is never sent again.

    Raises `NotFound` for an account that is no target of the post, `NotApproved` and `PostOnHold`.
    """
    caller.need(Scope.POSTS_PUBLISH)
    post = await find_post(session, caller, id_, None)
    ensure_free(post)
    await ensure_approved(session, caller, post)
    rows = await targets_of(session, caller, post, command.account_ids)
    targets = [row for row in rows if may_retry(row)]
    if not targets:
        raise NotAllowedNow("No failed delivery is there to retry.")
    for row in targets:
        retry(session, row, now=now)
    await settle_post(session, caller, post, now=now)
    ids = {"deliveries": [show("dlv", row.id) for row in targets]}
    record(session, caller, "post.retried", ("post", id_), now=now, data=ids)
    return await detail(session, caller, post)
