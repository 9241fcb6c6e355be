"""The queue of a calendar: posts take its next free slots, are held back and go on."""

from datetime import datetime
from itertools import islice
from uuid import UUID

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.calendars.queries import find_calendar
from domain.calendars.tables import Calendar
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import (
    Conflict,
    DeliveryUnderWay,
    Invalid,
    Misfit,
    Missing,
    NotAllowedNow,
    NotFound,
    QueuePaused,
)
from domain.kernel.ids import show
from domain.plans.places import (
    free_places,
    give_place,
    held_back,
    lock_places,
    lock_queue,
    waiting,
)
from domain.plans.shapes import (
    MOST_FREE,
    FreeSlotsView,
    FreeSlotView,
    QueuePlaceView,
    QueuePost,
    QueueView,
)
from domain.plans.tables import Queue, QueuePlace
from domain.posts import service as posts
from domain.posts.approving import ensure_approved
from domain.posts.finding import ensure_free, find_post
from domain.posts.planning import cancel_post
from domain.posts.rules import PLANNABLE
from domain.posts.shapes import PostDetail
from domain.posts.tables import Post

MOST_LISTED = 500


async def queue_post(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: QueuePost,
    *,
    expected_version: int | None,
    now: datetime,
) -> PostDetail:
    """Schedules a post at the next slot that is free and suits it; two never get one slot.

    Raises `QueuePaused`, `QueueFull`, `NotApproved`, `PostOnHold`, and what scheduling raises.
    """
    caller.need(Scope.POSTS_PUBLISH)
    calendar = await _calendar_of(session, caller, id_)
    queue = await lock_queue(session, caller, calendar.id, now=now)
    post = await find_post(session, caller, id_, expected_version)
    ensure_free(post)
    if post.state not in PLANNABLE:
        raise NotAllowedNow(f"A post that is {post.state} cannot be queued.")
    if post.calendar_id != calendar.id:
        raise NotAllowedNow("It was moved to another calendar just now: queue it there.")
    if queue.is_paused:
        raise QueuePaused
    await ensure_approved(session, caller, post)
    return await give_place(
        session, caller, post, calendar, not_before=command.not_before, queued_at=now, now=now
    )


async def _calendar_of(session: AsyncSession, caller: Caller, post_id: UUID) -> Calendar:
    """Its queue is locked before the post is."""
    statement = select(col(Post.calendar_id)).where(
        col(Post.workspace_id) == caller.workspace_id, col(Post.id) == post_id
    )
    calendar_id = (await session.exec(statement)).first()
    if calendar_id is None:
        raise NotFound("post", (post_id,))
    return await find_calendar(session, caller, calendar_id)


async def list_free_slots(
    session: AsyncSession,
    caller: Caller,
    calendar_id: UUID,
    *,
    count: int,
    pillar_id: UUID | None = None,
    now: datetime,
) -> FreeSlotsView:
    """The next slots that a post of this pillar could take. Raises `Misfit`."""
    caller.need(Scope.CALENDARS_READ)
    if not 1 <= count <= MOST_FREE:
        raise Misfit(f"1 to {MOST_FREE} slots.", at="/count")
    calendar = await find_calendar(session, caller, calendar_id)
    free = await free_places(session, caller, calendar, pillar_id, after=now)
    return FreeSlotsView(
        slots=[
            FreeSlotView(
                slot_id=each.slot.id,
                occurs_on=each.occurs_on,
                wall_time=each.wall_time,
                time_zone=calendar.time_zone,
                at=each.at,
            )
            for each in islice(free, count)
        ]
    )


async def get_queue(session: AsyncSession, caller: Caller, calendar_id: UUID) -> QueueView:
    """What waits in it: the first 500 places."""
    caller.need(Scope.CALENDARS_READ)
    await find_calendar(session, caller, calendar_id)
    return await _shown(session, caller, calendar_id)


async def remove_post(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """As posts are; one that a paused queue holds back is called off for good.

    Raises `AlreadyPublished` for the public, and `PostOnHold`.
    """
    caller.need(Scope.POSTS_WRITE)
    of_post = (
        col(QueuePlace.workspace_id) == caller.workspace_id,
        col(QueuePlace.id) == id_,
    )
    queued_in = (await session.exec(select(col(QueuePlace.calendar_id)).where(*of_post))).first()
    if queued_in is None:
        await posts.remove_post(session, caller, id_, expected_version=expected_version, now=now)
        return
    await lock_queue(session, caller, queued_in, now=now)
    post = await find_post(session, caller, id_, expected_version)
    held = held_back(caller, queued_in).where(col(Post.id) == id_)
    if (await session.exec(held)).first() is None:
        await posts.remove_post(session, caller, id_, expected_version=None, now=now)
    else:
        ensure_free(post)
        data = {"previous": {"state": post.state}, "state": post.state}
        record(session, caller, "post.cancelled", ("post", id_), now=now, data=data)
    await session.exec(delete(QueuePlace).where(*of_post))


async def pause_queue(
    session: AsyncSession, caller: Caller, calendar_id: UUID, *, now: datetime
) -> QueueView:
    """Takes every queued post that still waits off its time; it goes on as it was queued."""
    caller.need(Scope.POSTS_PUBLISH)
    await find_calendar(session, caller, calendar_id)
    queue = await lock_queue(session, caller, calendar_id, now=now)
    if not queue.is_paused:
        for place, post in await lock_places(session, waiting(caller, calendar_id)):
            try:
                await cancel_post(session, caller, post, now=now)
            except DeliveryUnderWay:
                continue  # It goes out at its place.
            place.slot_id = place.occurs_on = None
        queue.is_paused = True
        record(session, caller, "queue.paused", ("calendar", calendar_id), now=now)
        await session.flush()
    return await _shown(session, caller, calendar_id)


async def resume_queue(
    session: AsyncSession, caller: Caller, calendar_id: UUID, *, now: datetime
) -> QueueView:
    """Gives what was held back the next free slots, in the order in which it was queued.

    Raises what keeps one of them from being scheduled, by its name: mended, or removed, it does
    so no longer.
    """
    caller.need(Scope.POSTS_PUBLISH)
    calendar = await find_calendar(session, caller, calendar_id)
    queue = await lock_queue(session, caller, calendar_id, now=now)
    if queue.is_paused:
        queue.is_paused = False
        held = await lock_places(session, held_back(caller, calendar_id))
        for place, post in sorted(held, key=lambda each: (each[0].created_at, each[0].id)):
            await _go_on(session, caller, place, post, calendar, now=now)
        record(session, caller, "queue.resumed", ("calendar", calendar_id), now=now)
    return await _shown(session, caller, calendar_id)


async def _go_on(
    session: AsyncSession,
    caller: Caller,
    place: QueuePlace,
    post: Post,
    calendar: Calendar,
    *,
    now: datetime,
) -> None:
    since, first_at = place.created_at, place.not_before
    try:
        await give_place(
            session, caller, post, calendar, not_before=first_at, queued_at=since, now=now
        )
    except (Invalid, Conflict, Missing) as error:
        error.message = f"{show('post', post.id)} ({post.title}): {error.message}"
        raise


async def _shown(session: AsyncSession, caller: Caller, calendar_id: UUID) -> QueueView:
    queue = await session.get(Queue, (caller.workspace_id, calendar_id))
    is_paused = queue is not None and queue.is_paused
    chosen = (
        held_back(caller, calendar_id).order_by(col(QueuePlace.created_at), col(QueuePlace.id))
        if is_paused
        else waiting(caller, calendar_id).order_by(col(QueuePlace.planned_at))
    )
    places = (await session.exec(chosen.limit(MOST_LISTED))).all()
    return QueueView(
        calendar_id=calendar_id,
        is_paused=is_paused,
        places=[
            QueuePlaceView(
                post_id=place.id,
                slot_id=place.slot_id,
                occurs_on=place.occurs_on,
                publish_at=None if is_paused else place.planned_at,
            )
            for place, _ in places
        ],
    )
