"""The queue of a calendar: posts take its next free slots, are held back and go on."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.calendars.queries import find_calendar
from domain.calendars.tables import Calendar
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import DeliveryUnderWay, Misfit, NotAllowedNow, QueueFull, QueuePaused
from domain.plans.rules import Occurrence, WeeklySlot, occurrences, suits
from domain.plans.shapes import (
    MOST_FREE,
    FreeSlotsView,
    FreeSlotView,
    QueuePlaceView,
    QueuePost,
    QueueView,
)
from domain.plans.slots import weekly_slots
from domain.plans.tables import Queue, QueuePlace
from domain.posts.approving import ensure_approved
from domain.posts.command_shapes import SchedulePost
from domain.posts.finding import ensure_free, find_post
from domain.posts.planning import cancel_post, set_going
from domain.posts.rules import PLANNABLE, PostState
from domain.posts.shapes import PostDetail
from domain.posts.tables import Post

GONE = (PostState.DRAFT, PostState.CANCELLED, PostState.WITHDRAWN, PostState.FAILED)
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
    post = await find_post(session, caller, id_, expected_version)
    ensure_free(post)
    if post.state not in PLANNABLE:
        raise NotAllowedNow(f"A post that is {post.state} cannot be queued.")
    calendar = await find_calendar(session, caller, post.calendar_id)
    if (await _lock(session, caller, calendar.id, now=now)).is_paused:
        raise QueuePaused
    await ensure_approved(session, caller, post)
    return await _place(
        session, caller, post, calendar, not_before=command.not_before, queued_at=now, now=now
    )


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
    free = await _free(session, caller, calendar, pillar_id, after=now)
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


async def _shown(session: AsyncSession, caller: Caller, calendar_id: UUID) -> QueueView:
    queue = await session.get(Queue, (caller.workspace_id, calendar_id))
    is_paused = queue is not None and queue.is_paused
    places = await _waiting(session, caller, calendar_id, is_paused=is_paused)
    shown = places[:MOST_LISTED]
    return QueueView(
        calendar_id=calendar_id,
        is_paused=is_paused,
        places=[
            QueuePlaceView(
                post_id=each.id,
                slot_id=each.slot_id,
                occurs_on=each.occurs_on,
                publish_at=each.planned_at,
            )
            for each in shown
        ],
    )


async def pause_queue(
    session: AsyncSession, caller: Caller, calendar_id: UUID, *, now: datetime
) -> QueueView:
    """Takes every queued post that still waits off its time; it goes on as it was queued."""
    caller.need(Scope.POSTS_PUBLISH)
    await find_calendar(session, caller, calendar_id)
    queue = await _lock(session, caller, calendar_id, now=now)
    if not queue.is_paused:
        for place in await _waiting(session, caller, calendar_id, is_paused=False):
            post = await find_post(session, caller, place.id, None)
            if post.state == PostState.SCHEDULED:
                try:
                    await cancel_post(session, caller, post, now=now)
                except DeliveryUnderWay:
                    continue  # It goes out at its place.
                place.slot_id = place.occurs_on = place.planned_at = None
        queue.is_paused = True
        record(session, caller, "queue.paused", ("calendar", calendar_id), now=now)
        await session.flush()
    return await _shown(session, caller, calendar_id)


async def resume_queue(
    session: AsyncSession, caller: Caller, calendar_id: UUID, *, now: datetime
) -> QueueView:
    """Gives what was held back the next free slots, in the order in which it was queued."""
    caller.need(Scope.POSTS_PUBLISH)
    calendar = await find_calendar(session, caller, calendar_id)
    queue = await _lock(session, caller, calendar_id, now=now)
    if queue.is_paused:
        queue.is_paused = False
        for place in await _waiting(session, caller, calendar_id, is_paused=True):
            post = await find_post(session, caller, place.id, None)
            await _place(
                session,
                caller,
                post,
                calendar,
                not_before=place.not_before,
                queued_at=place.created_at,
                now=now,
            )
        record(session, caller, "queue.resumed", ("calendar", calendar_id), now=now)
    return await _shown(session, caller, calendar_id)


async def _place(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    calendar: Calendar,
    *,
    not_before: datetime | None,
    queued_at: datetime,
    now: datetime,
) -> PostDetail:
    after = max(not_before or now, now)
    found = next(await _free(session, caller, calendar, post.pillar_id, after=after), None)
    if found is None:
        raise QueueFull
    await session.exec(
        delete(QueuePlace).where(
            col(QueuePlace.workspace_id) == caller.workspace_id,
            (col(QueuePlace.id) == post.id)
            | (
                (col(QueuePlace.slot_id) == found.slot.id)
                & (col(QueuePlace.occurs_on) == found.occurs_on)
            ),
        )
    )
    place = _new_place(caller, post, found, queued_at, now)
    place.not_before = not_before
    session.add(place)
    command = SchedulePost(wall_time=found.wall_time, time_zone=calendar.time_zone)
    return await set_going(session, caller, post, command, now=now)


def _new_place(
    caller: Caller, post: Post, found: Occurrence, queued_at: datetime, now: datetime
) -> QueuePlace:
    return QueuePlace(
        workspace_id=caller.workspace_id,
        id=post.id,
        created_at=queued_at,
        updated_at=now,
        calendar_id=post.calendar_id,
        slot_id=found.slot.id,
        occurs_on=found.occurs_on,
        planned_at=found.at,
    )


async def _free(
    session: AsyncSession,
    caller: Caller,
    calendar: Calendar,
    pillar_id: UUID | None,
    *,
    after: datetime,
) -> Iterator[Occurrence]:
    slots = [
        slot for slot in await weekly_slots(session, caller, calendar.id) if suits(slot, pillar_id)
    ]
    taken = await _taken(session, caller, slots)
    coming = occurrences(slots, calendar.time_zone, after=after)
    return (each for each in coming if (each.slot.id, each.occurs_on) not in taken)


async def _taken(
    session: AsyncSession, caller: Caller, slots: Sequence[WeeklySlot]
) -> set[tuple[UUID | None, date | None]]:
    """The places whose post still waits for that very moment, or went out at it."""
    statement = (
        select(col(QueuePlace.slot_id), col(QueuePlace.occurs_on))
        .join(Post, _ITS_POST)
        .where(
            col(QueuePlace.workspace_id) == caller.workspace_id,
            col(QueuePlace.slot_id).in_([slot.id for slot in slots]),
            col(Post.publish_at) == col(QueuePlace.planned_at),
            col(Post.state).not_in(GONE),
        )
    )
    return set((await session.exec(statement)).all())


async def _waiting(
    session: AsyncSession, caller: Caller, calendar_id: UUID, *, is_paused: bool
) -> Sequence[QueuePlace]:
    """The places in their order: held back, or waiting for the very moment they were given."""
    statement = (
        select(QueuePlace)
        .join(Post, _ITS_POST)
        .where(
            col(QueuePlace.workspace_id) == caller.workspace_id,
            col(QueuePlace.calendar_id) == calendar_id,
        )
    )
    if is_paused:
        held = statement.where(
            col(QueuePlace.slot_id).is_(None), col(Post.state) == PostState.CANCELLED
        )
        return (await session.exec(held.order_by(*_ORDER))).all()
    waiting = statement.where(
        col(Post.publish_at) == col(QueuePlace.planned_at),
        col(Post.state) == PostState.SCHEDULED,
    )
    return (await session.exec(waiting.order_by(col(QueuePlace.planned_at)))).all()


async def _lock(
    session: AsyncSession, caller: Caller, calendar_id: UUID, *, now: datetime
) -> Queue:
    """The queue, by one transaction at a time: the next free slot is nobody else's meanwhile."""
    ids = caller.workspace_id, calendar_id
    found = await session.get(Queue, ids, with_for_update=True)
    if found is not None:
        return found
    await session.exec(_BEGIN.values(_first(ids, now)).on_conflict_do_nothing())
    return await session.get_one(Queue, ids, with_for_update=True)


def _first(ids: tuple[UUID, UUID], now: datetime) -> dict[str, object]:
    moments = {"created_at": now, "updated_at": now}
    return {"workspace_id": ids[0], "id": ids[1], "version": 1, "is_paused": False, **moments}


_BEGIN = insert(Queue)
_ITS_POST = (col(Post.workspace_id) == col(QueuePlace.workspace_id)) & (
    col(Post.id) == col(QueuePlace.id)
)
_ORDER = (col(QueuePlace.created_at), col(QueuePlace.id))
