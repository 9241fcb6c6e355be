"""Many at once, by filter and on trial: deliveries sent again, posts moved in time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists
from sqlmodel import and_, col, or_
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.accounts.queries import ids_of
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.database import driver_of
from domain.kernel.errors import (
    AccountRemoved,
    DeliveryUnderWay,
    ParvisError,
    TimeAfterValidity,
    TimePast,
)
from domain.kernel.narrowing import among, within
from domain.posts import statements
from domain.posts.arriving import settle_posts
from domain.posts.crossing import crossed
from domain.posts.deliveries import MISSED, make_due, may_retry, retry
from domain.posts.delivery_queries import CODE, visible_deliveries
from domain.posts.expiring import ensure_holds
from domain.posts.left_out import left_out
from domain.posts.many_shapes import (
    MOST,
    MovedView,
    RescheduledView,
    ReschedulePosts,
    RetriedView,
    RetryDeliveries,
)
from domain.posts.planning import future
from domain.posts.queries import visible
from domain.posts.rules import UNDER_WAY, DeliveryKind, DeliveryState, PostState
from domain.posts.tables import Delivery, Post

Place = datetime | type[ParvisError]
"""The moment to which a post is moved, or why it stays."""


async def retry_deliveries(
    session: AsyncSession, caller: Caller, command: RetryDeliveries, *, now: datetime
) -> RetriedView:
    """Sends again what failed or was missed. What may be public is in doubt, and not among it.

    What is on legal hold, or says what holds no longer, stays as it is.
    """
    caller.need(Scope.POSTS_PUBLISH)
    retryable = await _retryable(session, caller, command, now)
    statement = retryable.order_by(col(Delivery.due_at), col(Delivery.id))
    found = (await session.exec(statement.limit(MOST + 1))).all()
    chosen, has_more = found[:MOST], len(found) > MOST
    if command.dry_run:
        chosen = await _uncrossed(session, caller, chosen)
    else:
        chosen = await _retry(session, caller, chosen, now)
    ids = [row.id for row in chosen]
    return RetriedView(is_dry_run=command.dry_run, delivery_ids=ids, has_more=has_more)


async def _retryable(
    session: AsyncSession, caller: Caller, command: RetryDeliveries, now: datetime
) -> SelectOfScalar[Delivery]:
    waits = and_(col(Delivery.state) == DeliveryState.WAITING, col(Delivery.problem).is_not(None))
    is_missed = and_(waits, CODE.in_(MISSED))
    is_over = and_(col(Post.valid_until_at) <= now, col(Delivery.kind) == DeliveryKind.PUBLISH)
    is_kept = exists().where(
        col(Post.workspace_id) == col(Delivery.workspace_id),
        col(Post.id) == col(Delivery.post_id),
        or_(col(Post.held_at).is_not(None), is_over),
    )
    has_failed = and_(
        col(Delivery.state) == DeliveryState.FAILED, CODE.is_distinct_from(AccountRemoved.code)
    )
    statement = visible_deliveries(caller).where(
        or_(has_failed, is_missed),
        ~is_kept,
        among(Delivery.account_id, command.account_ids),
        among(CODE, command.codes),
        *within(Delivery.due_at, command.since, command.until),
    )
    if command.networks or command.community_ids:
        theirs = await ids_of(
            session, caller, networks=command.networks, community_ids=command.community_ids
        )
        statement = statement.where(col(Delivery.account_id).in_(theirs))
    return statement


async def _uncrossed(
    session: AsyncSession, caller: Caller, rows: Sequence[Delivery]
) -> list[Delivery]:
    left = await crossed(session, caller, rows)
    return [row for row in rows if row.id not in left]


async def _retry(
    session: AsyncSession, caller: Caller, chosen: Sequence[Delivery], now: datetime
) -> list[Delivery]:
    """Posts before deliveries, each in the order of their ids: so nobody waits crosswise."""
    raw = await driver_of(session)
    post_ids = list({row.post_id for row in chosen if row.post_id is not None})
    posts = await raw.fetch(statements.LOCK_POSTS, caller.workspace_id, post_ids)
    statement = visible_deliveries(caller).where(col(Delivery.id).in_([row.id for row in chosen]))
    locked = statement.order_by(col(Delivery.id)).with_for_update()
    rows = (await session.exec(locked.execution_options(populate_existing=True))).all()
    retried = [row for row in await _uncrossed(session, caller, rows) if may_retry(row)]
    for row in retried:
        retry(session, row, now=now)
        record(session, caller, "delivery.retried", ("delivery", row.id), now=now)
    await session.flush()
    await settle_posts(session, raw, caller, posts, now, {})
    return retried


async def reschedule_posts(
    session: AsyncSession, caller: Caller, command: ReschedulePosts, *, now: datetime
) -> RescheduledView:
    """Moves scheduled posts by the same time; those on hold or under way stay where they are.

    So do those that would go out in the past, or when their words hold no longer.
    Of those that were named it tells why they are left out.
    """
    caller.need(Scope.POSTS_PUBLISH)
    statement = _scheduled(caller, command).order_by(col(Post.id)).limit(MOST + 1)
    posts = (await session.exec(statement.with_for_update())).all()
    by = timedelta(minutes=command.by_minutes)
    moves = [(post, _moment(post, by, now)) for post in posts[:MOST]]
    going = await _under_way(session, caller, [post.id for post, _ in moves])
    moves = [(post, DeliveryUnderWay if post.id in going else at) for post, at in moves]
    views = [_moved(post, at, by) for post, at in moves]
    if not command.dry_run:
        moving = [(post, at) for post, at in moves if isinstance(at, datetime)]
        await _move(session, caller, moving, by, now)
    return RescheduledView(
        is_dry_run=command.dry_run,
        posts=sorted(views, key=lambda view: (view.previous_at, view.post_id)),
        left_out=await left_out(session, caller, command.post_ids, {post.id for post in posts}),
        has_more=len(posts) > MOST,
    )


def _scheduled(caller: Caller, command: ReschedulePosts) -> SelectOfScalar[Post]:
    return visible(caller).where(
        col(Post.state) == PostState.SCHEDULED,
        col(Post.wall_time).is_not(None),
        col(Post.held_at).is_(None),
        among(Post.calendar_id, command.calendar_ids),
        among(Post.community_id, command.community_ids),
        among(Post.campaign_id, command.campaign_ids),
        among(Post.id, command.post_ids),
        *within(Post.publish_at, command.since, command.until),
    )


async def _under_way(
    session: AsyncSession, caller: Caller, post_ids: Sequence[UUID]
) -> set[UUID | None]:
    """Those of which a worker has something in hand already; of the others none is claimed now."""
    statement = visible_deliveries(caller).where(
        col(Delivery.post_id).in_(post_ids), col(Delivery.kind) == DeliveryKind.PUBLISH
    )
    rows = (await session.exec(statement.order_by(col(Delivery.id)).with_for_update())).all()
    return {row.post_id for row in rows if row.state in UNDER_WAY}


def _moment(post: Post, by: timedelta, now: datetime) -> Place:
    """Where a post goes, or why it stays: that has passed, is too late, or beyond calendars."""
    if post.wall_time is None:
        return TimePast
    try:
        moment = future(post.wall_time + by, post.time_zone, now)
        ensure_holds(post, moment, at="/by")
    except (TimePast, OverflowError):
        return TimePast
    except TimeAfterValidity:
        return TimeAfterValidity
    return moment


def _moved(post: Post, at: Place, by: timedelta) -> MovedView:
    before = post.publish_at or post.created_at
    moment, code = (at, None) if isinstance(at, datetime) else (before, at.code)
    return MovedView(
        post_id=post.id,
        previous_at=before,
        publish_at=moment,
        wall_time=post.wall_time + by if code is None and post.wall_time else post.wall_time,
        code=code,
    )


async def _move(
    session: AsyncSession,
    caller: Caller,
    moves: Sequence[tuple[Post, datetime]],
    by: timedelta,
    now: datetime,
) -> None:
    moments = {post.id: moment for post, moment in moves}
    for post, moment in moves:
        _tell(session, caller, post, moment, now)
        post.wall_time = post.wall_time + by if post.wall_time else None
        post.publish_at = moment
        post.version, post.updated_at = post.version + 1, now
    statement = visible_deliveries(caller).where(
        col(Delivery.post_id).in_(list(moments)), col(Delivery.state) == DeliveryState.WAITING
    )
    for row in (await session.exec(statement.order_by(col(Delivery.id)).with_for_update())).all():
        if row.post_id is not None:
            make_due(session, row, moments[row.post_id], now=now)


def _tell(
    session: AsyncSession, caller: Caller, post: Post, moment: datetime, now: datetime
) -> None:
    data = {
        "changed": ["publish_at"],
        "previous": {"publish_at": post.publish_at.isoformat() if post.publish_at else None},
        "current": {"publish_at": moment.isoformat()},
    }
    record(session, caller, "post.rescheduled", ("post", post.id), now=now, data=data)
