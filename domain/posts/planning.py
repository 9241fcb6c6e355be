"""Schedules posts and cancels them: one waiting delivery for each account that says a post."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.clock import resolve
from domain.kernel.errors import DeliveryUnderWay, NotAllowedNow, TimeMissing, TimePast
from domain.kernel.nudges import due_at
from domain.posts.approving import ensure_approved
from domain.posts.command_shapes import SchedulePost
from domain.posts.content import find_named_accounts
from domain.posts.deliveries import (
    call_off,
    end,
    is_half_out,
    is_mute,
    make_due,
    new_delivery,
    settle,
)
from domain.posts.expiring import ensure_holds
from domain.posts.finding import (
    DOUBTED,
    deliveries_of,
    ensure_free,
    ensure_waiting,
    find_post,
)
from domain.posts.judging import ensure_fit
from domain.posts.parts import Parts, parts_of
from domain.posts.rules import PLANNABLE, UNDER_WAY, DeliveryKind, DeliveryState, PostState
from domain.posts.shapes import PostDetail
from domain.posts.showing import detail_with
from domain.posts.tables import Delivery, Post, Variant

NOTHING_WAITS = (
    "Nothing of it waits for the accounts that are left: cancel the post with DELETE, or have it "
    "go out there first, by POST /v1/posts/{id}/schedule or /retry."
)


async def schedule_post(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: SchedulePost,
    *,
    expected_version: int | None,
    now: datetime,
) -> PostDetail:
    """Plans one delivery per variant. Raises `PostUnfit` with everything that does not fit.

    Planned for the same moment already, nothing changes.
    Raises `NotApproved` where a policy asks for an approval that it lacks, `PostOnHold`, and
    `TimeAfterValidity`.
    """
    caller.need(Scope.POSTS_PUBLISH)
    post = await find_post(session, caller, id_, expected_version)
    ensure_free(post)
    await ensure_approved(session, caller, post)
    return await set_going(session, caller, post, command, now=now)


async def set_going(
    session: AsyncSession, caller: Caller, post: Post, command: SchedulePost, *, now: datetime
) -> PostDetail:
    """Schedules a locked post, approved or not: what lacks an approval is held once it is due."""
    if post.state == PostState.UNKNOWN:
        raise NotAllowedNow(DOUBTED)
    if post.state not in PLANNABLE:
        raise NotAllowedNow(f"A post that is {post.state} cannot be scheduled.")
    before = _plan_of(post)
    _set_time(post, command, now)
    parts = await parts_of(session, caller, post.id)
    if _plan_of(post) == before and await _is_planned(session, caller, post, parts):
        return await detail_with(session, caller, post, parts)
    post.state, post.version, post.updated_at = PostState.SCHEDULED, post.version + 1, now
    await plan_deliveries(session, caller, post, parts, parts.variants, now=now)
    data = {"publish_at": post.publish_at.isoformat() if post.publish_at else None}
    record(session, caller, "post.scheduled", ("post", post.id), now=now, data=data)
    return await detail_with(session, caller, post, parts)


def _plan_of(post: Post) -> tuple[datetime | None, str, datetime | None]:
    return post.wall_time, post.time_zone, post.publish_at


async def _is_planned(session: AsyncSession, caller: Caller, post: Post, parts: Parts) -> bool:
    """Whether each account of a scheduled post has its delivery waiting, untroubled, for then."""
    if post.state != PostState.SCHEDULED:
        return False
    rows = await deliveries_of(session, caller, post.id)
    waiting = {
        row.variant_id
        for row in rows
        if (row.state, row.act_at) == (DeliveryState.WAITING, post.publish_at)
        and row.problem is None
    }
    return waiting == {variant.id for variant in parts.variants}


def _set_time(post: Post, command: SchedulePost, now: datetime) -> None:
    post.time_zone = command.time_zone or post.time_zone
    if command.now:
        post.wall_time, post.publish_at = None, now
        ensure_holds(post, now, at="/now")
        return
    post.wall_time = command.wall_time or post.wall_time
    if post.wall_time is None:
        raise TimeMissing(at="/wall_time")
    post.publish_at = future(post.wall_time, post.time_zone, now)
    ensure_holds(post, post.publish_at, at="/wall_time")


def future(
    wall_time: datetime, time_zone: str, now: datetime, *, at: str = "/wall_time"
) -> datetime:
    """The moment of a wall time, which stands `at` its place in the body. Raises `TimePast`."""
    moment = resolve(wall_time, time_zone)
    if moment <= now:
        raise TimePast(f"{wall_time.isoformat()} in {time_zone} has passed.", at=at)
    return moment


async def still_said(
    session: AsyncSession, caller: Caller, post: Post, variants: Sequence[Variant], *, now: datetime
) -> list[Variant]:
    """Of a scheduled post those that a change plans: what is over waits for a person's word.

    Raises `NotAllowedNow` where that leaves none of them.
    """
    rows = await deliveries_of(session, caller, post.id)
    over = {row.variant_id for row in rows if _is_over(row, post, now)}
    found = [variant for variant in variants if variant.id not in over]
    if variants and not found:
        raise NotAllowedNow(NOTHING_WAITS)
    return found


def _is_over(row: Delivery, post: Post, now: datetime) -> bool:
    """Whether it was called off or taken back, or failed and would go out at once, or never."""
    if row.state == DeliveryState.FAILED:
        return is_mute(row) or (post.publish_at or now) <= now
    return row.state in {DeliveryState.CANCELLED, DeliveryState.WITHDRAWN}


async def plan_deliveries(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    parts: Parts,
    variants: Sequence[Variant],
    *,
    now: datetime,
) -> None:
    """Makes the waiting deliveries of a post what these of its variants and its time say."""
    moment = post.publish_at or now
    await ensure_fit(session, caller, post, parts, variants, at=max(moment, now))
    planned = {row.account_id: row for row in await deliveries_of(session, caller, post.id)}
    wanted = {variant.account_id for variant in variants}
    anew = set()
    for variant in variants:
        row = planned.get(variant.account_id)
        if row is not None and _goes_on(session, row, variant, moment, now=now):
            continue
        row = new_delivery(caller, DeliveryKind.PUBLISH, variant.account_id, moment, now)
        row.post_id, row.variant_id = post.id, variant.id
        session.add(row)
        anew.add(row.account_id)
        due_at(session, caller.workspace_id, row.id, moment)
    for account_id, row in planned.items():
        if account_id not in wanted and row.state == DeliveryState.WAITING:
            call_off(row, now)
    # What is written keeps its accounts from being removed; one that just was is seen from here.
    await session.flush()
    await find_named_accounts(session, caller, anew)


def _goes_on(
    session: AsyncSession, row: Delivery, variant: Variant, moment: datetime, *, now: datetime
) -> bool:
    """Whether a delivery serves for what its variant says now; else another takes its place."""
    if row.state in UNDER_WAY:
        raise DeliveryUnderWay
    if row.state == DeliveryState.DONE or _stays_failed(row) or _stays_withdrawn(row, variant):
        return True
    if row.state == DeliveryState.WAITING:
        row.variant_id = variant.id
        # What was missed waits for a person: a change of words alone does not send it.
        if moment >= now or row.act_at is not None:
            make_due(session, row, moment, now=now)
        return True
    if row.state == DeliveryState.FAILED:
        # Nobody may send it again beside the one that is made now.
        end(row, DeliveryState.CANCELLED, now)
    return False


def _stays_failed(row: Delivery) -> bool:
    """What is half out goes on by a retry; begun anew, its first messages would be there twice."""
    return row.state == DeliveryState.FAILED and is_half_out(row)


def _stays_withdrawn(row: Delivery, variant: Variant) -> bool:
    """What was taken back comes once more only where its post names the account anew."""
    return row.state == DeliveryState.WITHDRAWN and row.variant_id == variant.id


async def say_anew(session: AsyncSession, caller: Caller, post: Post, *, now: datetime) -> None:
    """What is held back, or was tried in vain, goes out with the words the post has now.

    Raises `DeliveryUnderWay` where some of a thread is out already.
    """
    rows = await deliveries_of(session, caller, post.id)
    for row in rows:
        if row.state not in {DeliveryState.WAITING, DeliveryState.FAILED}:
            continue
        if is_half_out(row):
            raise DeliveryUnderWay("Some of its messages are out already; the rest goes with them.")
        row.content, row.checkpoint = None, {}
        if row.state == DeliveryState.FAILED and row.variant_id is None:
            # The post names its account no longer: nobody may send it again.
            end(row, DeliveryState.CANCELLED, now)
    settle(session, caller, post, rows, now=now)


async def cancel_post(session: AsyncSession, caller: Caller, post: Post, *, now: datetime) -> None:
    """Ends what still waits; what is public stays public. Raises `DeliveryUnderWay`."""
    rows = await ensure_waiting(session, caller, post)
    for row in rows:
        if row.state == DeliveryState.WAITING:
            call_off(row, now)
    settle(session, caller, post, rows, now=now)
