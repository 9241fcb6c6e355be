"""Places in queues: which slots are free, who waits in them, and who goes next.

Whoever changes places locks their queue first, then posts in the order of their ids: so nobody
waits crosswise.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from domain.calendars.tables import Calendar
from domain.kernel.caller import Caller
from domain.kernel.errors import QueueFull
from domain.plans.rules import Occurrence, WeeklySlot, occurrences, suits
from domain.plans.slots import weekly_slots
from domain.plans.tables import Queue, QueuePlace
from domain.posts.command_shapes import SchedulePost
from domain.posts.planning import set_going
from domain.posts.rules import PostState
from domain.posts.shapes import PostDetail
from domain.posts.tables import Post

GONE = (PostState.DRAFT, PostState.CANCELLED, PostState.WITHDRAWN, PostState.FAILED)


async def give_place(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    calendar: Calendar,
    *,
    not_before: datetime | None,
    queued_at: datetime,
    now: datetime,
) -> PostDetail:
    # A slot at that very moment is one of them.
    after = now if not_before is None else max(not_before - timedelta.resolution, now)
    found = next(await free_places(session, caller, calendar, post.pillar_id, after=after), None)
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


async def free_places(
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
            col(Post.state).not_in(GONE),
        )
    )
    return set((await session.exec(statement)).all())


def waiting(caller: Caller, calendar_id: UUID) -> Select[QueuePlace, Post]:
    """The places whose posts wait for the very moment they were given."""
    return _places(caller, calendar_id, col(Post.state) == PostState.SCHEDULED)


def held_back(caller: Caller, calendar_id: UUID) -> Select[QueuePlace, Post]:
    """The places whose posts a pause took off their time, and nobody gave another since."""
    return _places(
        caller,
        calendar_id,
        (col(Post.state) == PostState.CANCELLED) & col(QueuePlace.slot_id).is_(None),
    )


def _places(caller: Caller, calendar_id: UUID, so: ColumnElement[bool]) -> Select[QueuePlace, Post]:
    return (
        select(QueuePlace, Post)
        .join(Post, _ITS_POST)
        .where(
            col(QueuePlace.workspace_id) == caller.workspace_id,
            col(QueuePlace.calendar_id) == calendar_id,
            so,
        )
    )


async def lock_places(
    session: AsyncSession, chosen: Select[QueuePlace, Post]
) -> list[tuple[QueuePlace, Post]]:
    """As they are now: what was changed while its lock was waited for is no longer among them."""
    statement = chosen.order_by(col(Post.id)).with_for_update()
    fresh = statement.execution_options(populate_existing=True)
    return list((await session.exec(fresh)).all())


async def lock_queue(
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
_ITS_POST = (
    (col(Post.workspace_id) == col(QueuePlace.workspace_id))
    & (col(Post.id) == col(QueuePlace.id))
    & (col(Post.calendar_id) == col(QueuePlace.calendar_id))
    # Without a moment where a release before this one held it back.
    & or_(col(Post.publish_at) == col(QueuePlace.planned_at), col(QueuePlace.planned_at).is_(None))
)
