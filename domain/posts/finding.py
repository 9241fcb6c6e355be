"""Rows that changes of posts begin with."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.changes import ensure_version, find, find_by_id, find_for_change, need_all
from domain.kernel.errors import DeliveryUnderWay, PostOnHold
from domain.kernel.prepared import ID, WORKSPACE, of_one
from domain.posts.delivery_queries import visible_deliveries
from domain.posts.rules import UNDER_WAY, DeliveryKind
from domain.posts.tables import Delivery, Post, Variant

DOUBTED = (
    "Nobody knows yet whether all of it is there: `problem` of its deliveries says what is "
    "next, or a person settles it at POST /v1/deliveries/{id}/settle."
)
"""What is told to whoever would change, send, take back or cancel what is in doubt."""
POSTS = (
    select(Post).where(col(Post.workspace_id) == WORKSPACE, col(Post.id) == ID).with_for_update()
)
VARIANTS = (
    select(Variant)
    .where(col(Variant.workspace_id) == WORKSPACE, col(Variant.post_id) == ID)
    .order_by(col(Variant.id))
)
DELIVERIES = (
    select(Delivery)
    .where(
        col(Delivery.workspace_id) == WORKSPACE,
        col(Delivery.post_id) == ID,
        col(Delivery.kind) == DeliveryKind.PUBLISH,
    )
    .order_by(col(Delivery.id))
    .with_for_update()
)


async def find_post(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Post:
    """The post, locked: its deliveries change under this lock. Raises `NotFound`."""
    row = await find_by_id(session, caller, POSTS, id_, what="post")
    ensure_version(row, expected_version, what="post")
    return row


def ensure_free(post: Post) -> None:
    """Raises `PostOnHold`."""
    if post.held_at is not None:
        raise PostOnHold


async def variants_of(session: AsyncSession, caller: Caller, post_id: UUID) -> list[Variant]:
    return list((await session.exec(VARIANTS, params=of_one(caller, post_id))).all())


async def deliveries_of(session: AsyncSession, caller: Caller, post_id: UUID) -> list[Delivery]:
    """The publishing deliveries of a post, the newest of each account, locked."""
    rows = (await session.exec(DELIVERIES, params=of_one(caller, post_id))).all()
    return list({row.account_id: row for row in rows}.values())


async def ensure_waiting(session: AsyncSession, caller: Caller, post: Post) -> list[Delivery]:
    """As `deliveries_of`; raises `DeliveryUnderWay` once a worker has any of a post in hand.

    Between its claim and the mark on the post, that is scheduled still. Locked, none is claimed.
    """
    rows = await deliveries_of(session, caller, post.id)
    if any(row.state in UNDER_WAY for row in rows):
        raise DeliveryUnderWay
    return rows


async def targets_of(
    session: AsyncSession, caller: Caller, post: Post, account_ids: Collection[UUID]
) -> list[Delivery]:
    """As `deliveries_of`, of these accounts; of all where none is named. Raises `NotFound`."""
    rows = await deliveries_of(session, caller, post.id)
    need_all("target of the post", account_ids, (row.account_id for row in rows))
    return [row for row in rows if not account_ids or row.account_id in account_ids]


async def lock_delivery(session: AsyncSession, caller: Caller, id_: UUID) -> Delivery:
    """The delivery, locked; its post must be locked before. Raises `NotFound`."""
    statement = visible_deliveries(caller).where(col(Delivery.id) == id_)
    return await find_for_change(session, statement, what="delivery", expected_version=None)


async def lock_with_post(
    session: AsyncSession, caller: Caller, id_: UUID
) -> tuple[Post | None, Delivery]:
    """The delivery and the post it belongs to, the post locked first. Raises `NotFound`."""
    statement = visible_deliveries(caller).where(col(Delivery.id) == id_)
    found = await find(session, statement, what="delivery")
    post = await find_post(session, caller, found.post_id, None) if found.post_id else None
    await session.refresh(found, with_for_update=True)
    return post, found
