"""Changes of posts while they are planned: made, changed, removed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.calendars.pillars import check_pillar
from domain.calendars.queries import find_calendar
from domain.calendars.tables import Calendar
from domain.campaigns.queries import check_campaign
from domain.events.service import record, record_change
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import apply, digest, insert, made_before, remove
from domain.kernel.clock import resolve
from domain.kernel.errors import (
    AlreadyPublished,
    DeliveryUnderWay,
    Fault,
    InUse,
    Misfit,
    NotAllowedNow,
    TimePast,
    VersionStale,
)
from domain.kernel.ids import new_id
from domain.posts.adaptation_shapes import AdaptationInput
from domain.posts.adapting import set_adaptations
from domain.posts.command_shapes import ChangePost, CreatePost, VariantInput
from domain.posts.content import find_media
from domain.posts.expiring import ensure_holds
from domain.posts.finding import DOUBTED, ensure_free, ensure_waiting, find_post
from domain.posts.parts import Parts, parts_of
from domain.posts.planning import cancel_post, future, plan_deliveries, say_anew, still_said
from domain.posts.quotes import ensure_quoted
from domain.posts.rules import PUBLIC, PostState
from domain.posts.saying import set_variants
from domain.posts.shapes import PostDetail
from domain.posts.showing import detail, detail_with
from domain.posts.tables import Post
from domain.posts.telling import ensure_known
from domain.posts.versions import SAID, PostStale, conflict_of, keep_version

PARTS = {"adaptations", "variants"}
"""Rows of their own."""
OUTWARD = PARTS | {
    "text",
    "language",
    "link_url",
    "media_ids",
    "poll",
    "quote_of",
    "first_comment",
    "settings",
    "wall_time",
    "time_zone",
}
"""What may not change once a post is public."""
HEARD = OUTWARD - {"wall_time", "time_zone"} | {"campaign_id"}
"""What people over there read, the tags of links included."""
PASSED = "Its time has passed: send a wall_time to come with it."


async def create_post(
    session: AsyncSession, caller: Caller, command: CreatePost, *, now: datetime
) -> PostDetail:
    """A draft. Raises `NotFound` for a calendar, account or media of another workspace."""
    caller.need(Scope.POSTS_WRITE)
    before = await made_before(session, caller, Post, command)
    if before is not None:
        return await detail(session, caller, before)
    calendar = await find_calendar(session, caller, command.calendar_id)
    row = new_post(calendar, command, command.id or new_id(), now=now)
    await check_pillar(session, caller, row.calendar_id, row.pillar_id)
    await check_campaign(session, caller, row.community_id, row.campaign_id, before=None)
    await find_media(session, caller, row.media_ids)
    await ensure_quoted(session, caller, [row.quote_of])
    ensure_known(row.settings)
    await insert(session, row, taken="This post exists already.")
    parts = Parts([], [])
    await set_adaptations(session, caller, row, parts.adaptations, command.adaptations, now=now)
    await set_variants(session, caller, row, parts.variants, command.variants, now)
    keep_version(session, caller, row, parts, now=now)
    record(session, caller, "post.created", ("post", row.id), now=now)
    return await detail_with(session, caller, row, parts)


def new_post(calendar: Calendar, command: CreatePost, id_: UUID, *, now: datetime) -> Post:
    """The row of a draft. Raises `TimePast`."""
    return Post(
        workspace_id=calendar.workspace_id,
        id=id_,
        community_id=calendar.community_id,
        state=PostState.DRAFT,
        time_zone=command.time_zone or calendar.time_zone,
        publish_at=planned_at(calendar, command, now=now),
        created_at=now,
        updated_at=now,
        made_from=digest(command),
        **command.model_dump(exclude={"id", "time_zone", *PARTS}),
    )


def planned_at(calendar: Calendar, command: CreatePost, *, now: datetime) -> datetime | None:
    """The moment of a draft's wall time. Raises `TimePast`."""
    if command.wall_time is None:
        return None
    return future(command.wall_time, command.time_zone or calendar.time_zone, now)


async def change_post(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangePost,
    *,
    expected_version: int | None,
    now: datetime,
) -> PostDetail:
    """Raises `PostOnHold`, `DeliveryUnderWay`, `PostStale`; `AlreadyPublished` for the public.

    `TimePast` for what would go out at once by being moved, `TimeAfterValidity` for what would
    go out when its words hold no longer.
    """
    caller.need(Scope.POSTS_WRITE)
    post = await find_unchanged(session, caller, id_, expected_version)
    values = command.sent()
    ensure_free(post)
    await _ensure_may_change(session, caller, post, values)
    adaptations, variants = (values.pop(name, None) for name in sorted(PARTS))
    await _complete(session, caller, post, values, now)
    parts = await parts_of(session, caller, id_)
    _ensure_still_to_come(post, parts, values, variants, now)
    previous = apply(post, values, now=now)
    previous |= await _set_parts(session, caller, post, parts, adaptations, variants, now=now)
    if not previous:
        return await detail_with(session, caller, post, parts)
    if not HEARD.isdisjoint(previous):
        await say_anew(session, caller, post, now=now)
    if post.state == PostState.SCHEDULED:
        said = await still_said(session, caller, post, parts.variants, now=now)
        await plan_deliveries(session, caller, post, parts, said, now=now)
    if PARTS.issuperset(previous):
        post.version, post.updated_at = post.version + 1, now
    if not SAID.isdisjoint(previous):
        keep_version(session, caller, post, parts, now=now)
    record_change(session, caller, "post.changed", ("post", id_), post, previous, now=now)
    return await detail_with(session, caller, post, parts)


async def _set_parts(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    parts: Parts,
    adaptations: Sequence[AdaptationInput] | None,
    variants: Sequence[VariantInput] | None,
    *,
    now: datetime,
) -> dict[str, None]:
    """The names of those that were set: what they said before is in the post's versions."""
    set_: dict[str, None] = {}
    if adaptations is not None and await set_adaptations(
        session, caller, post, parts.adaptations, adaptations, now=now
    ):
        set_["adaptations"] = None
    if variants is not None and await set_variants(
        session, caller, post, parts.variants, variants, now
    ):
        set_["variants"] = None
    return set_


async def remove_post(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Removes a draft, cancels what is scheduled.

    Raises `AlreadyPublished` for the public, and `PostOnHold`.
    """
    caller.need(Scope.POSTS_WRITE)
    post = await find_post(session, caller, id_, expected_version)
    ensure_free(post)
    if post.state == PostState.SCHEDULED:
        await cancel_post(session, caller, post, now=now)
        return
    await _ensure_outcome(session, caller, post)
    if post.state in PUBLIC:
        raise AlreadyPublished
    if post.state != PostState.DRAFT:
        raise NotAllowedNow(f"A post that is {post.state} stays in the record.")
    await remove(session, post, in_use=InUse.title)
    record(session, caller, "post.removed", ("post", id_), now=now)


async def find_unchanged(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Post:
    """The post, locked. Raises `PostStale` with both sides, where it was changed meanwhile."""
    try:
        return await find_post(session, caller, id_, expected_version)
    except VersionStale as error:
        conflict = await conflict_of(session, caller, id_, expected_version or 0)
        raise PostStale(error.message, conflict) from None


async def _ensure_may_change(
    session: AsyncSession, caller: Caller, post: Post, values: dict[str, Any]
) -> None:
    await _ensure_outcome(session, caller, post)
    if post.state in PUBLIC | {PostState.WITHDRAWN} and OUTWARD & values.keys():
        raise AlreadyPublished


async def _ensure_outcome(session: AsyncSession, caller: Caller, post: Post) -> None:
    if post.state == PostState.UNKNOWN:
        raise DeliveryUnderWay(DOUBTED)
    if post.state == PostState.GOING_OUT:
        raise DeliveryUnderWay
    if post.state == PostState.SCHEDULED:
        await ensure_waiting(session, caller, post)


async def _complete(
    session: AsyncSession, caller: Caller, post: Post, values: dict[str, Any], now: datetime
) -> None:
    """Checks what is named and computes the moment of a new wall time."""
    if "calendar_id" in values:
        calendar = await find_calendar(session, caller, values["calendar_id"])
        if calendar.community_id != post.community_id:
            fault = Fault("/calendar_id", "calendar.other_community", "Of another community.")
            raise Misfit(faults=(fault,))
    if values.keys() & {"calendar_id", "pillar_id"}:
        calendar_id = values.get("calendar_id", post.calendar_id)
        pillar_id = values.get("pillar_id", post.pillar_id)
        await check_pillar(session, caller, calendar_id, pillar_id)
    await check_campaign(
        session, caller, post.community_id, values.get("campaign_id"), before=post.campaign_id
    )
    await find_media(session, caller, values.get("media_ids", ()))
    await ensure_quoted(session, caller, [values.get("quote_of")])
    ensure_known(values.get("settings", {}))
    if values.get("poll") is not None:
        values["poll"] = values["poll"].model_dump()
    if values.keys() & {"wall_time", "time_zone"}:
        values["publish_at"] = _moment(post, values, now)


def _ensure_still_to_come(
    post: Post,
    parts: Parts,
    values: dict[str, Any],
    variants: Sequence[VariantInput] | None,
    now: datetime,
) -> None:
    """Raises `TimePast` where a change would send at once what was held when its time came.

    In another calendar, or for an account more, what held it back may not.
    """
    at = values.get("publish_at", post.publish_at)
    if post.state != PostState.SCHEDULED or at is None or at > now:
        return
    if values.get("calendar_id", post.calendar_id) != post.calendar_id:
        raise TimePast(PASSED, at="/calendar_id")
    known = {row.account_id for row in parts.variants}
    for place, each in enumerate(variants or ()):
        if each.account_id not in known:
            raise TimePast(PASSED, at=f"/variants/{place}/account_id")


def _moment(post: Post, values: dict[str, Any], now: datetime) -> datetime | None:
    wall_time = values.get("wall_time", post.wall_time)
    if wall_time is None:
        if post.state == PostState.SCHEDULED:
            raise NotAllowedNow("A scheduled post needs its time; cancel it with DELETE.")
        return None
    zone_name = values.get("time_zone", post.time_zone)
    if post.state in {PostState.DRAFT, PostState.SCHEDULED}:
        moment = future(wall_time, zone_name, now)
        ensure_holds(post, moment, at="/wall_time")
        return moment
    return resolve(wall_time, zone_name)
