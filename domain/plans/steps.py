"""What becomes of one occurrence: its post is made, brought along or taken off the calendar."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.errors import (
    Conflict,
    DeliveryUnderWay,
    Invalid,
    Missing,
    ParvisError,
    VariationMissing,
)
from domain.kernel.ids import new_id
from domain.plans.evergreen import Sayings, choose, sayings_of
from domain.plans.recurring import Coming
from domain.plans.tables import Occurrence, Recurrence
from domain.posts.adaptation_shapes import AdaptationInput
from domain.posts.command_shapes import ChangePost, CreatePost, SchedulePost, VariantInput
from domain.posts.finding import ensure_waiting, find_post
from domain.posts.planning import schedule_post
from domain.posts.rules import PostState
from domain.posts.service import change_post, create_post, remove_post
from domain.posts.tables import Post

TEMPLATE = ("pillar_id", "campaign_id", "title", "language", "labels", "link_url")


@dataclass(slots=True)
class Work:
    """A recurrence that is being made right, and what was found on the way."""

    session: AsyncSession
    caller: Caller
    row: Recurrence
    now: datetime
    sayings: Sayings
    hindrances: list[tuple[datetime, ParvisError]] = field(default_factory=list)
    is_done: bool = True


async def begin_work(
    session: AsyncSession, caller: Caller, row: Recurrence, *, now: datetime
) -> Work:
    """The recurrence is locked."""
    return Work(session, caller, row, now, await sayings_of(session, caller, row, now=now))


async def make(work: Work, found: Coming) -> None:
    """The row first: whoever else makes this occurrence at the same time makes nothing."""
    occurrence = await begin(work, found)
    if occurrence is not None:
        await fill(work, occurrence)


async def begin(work: Work, found: Coming) -> Occurrence | None:
    """The row of an occurrence, without a post; None when it is there already."""
    values: dict[str, Any] = {
        "workspace_id": work.caller.workspace_id,
        "id": new_id(),
        "recurrence_id": work.row.id,
        "occurs_at": found.occurs_at,
        "at": found.at,
        "made_for": work.row.revision,
        "is_own": False,
        "version": 1,
        "created_at": work.now,
        "updated_at": work.now,
    }
    statement = insert(Occurrence).values(values).on_conflict_do_nothing()
    made = await work.session.exec(statement.returning(col(Occurrence.id)))
    if made.first() is None:
        return None
    return await work.session.get_one(Occurrence, (work.caller.workspace_id, values["id"]))


async def fill(work: Work, occurrence: Occurrence) -> None:
    """Gives an occurrence its post, scheduled where its accounts and networks take it."""
    session, caller, row = work.session, work.caller, work.row
    command = await _command(work, occurrence)
    if command is None:
        return
    try:
        async with session.begin_nested():
            made = await create_post(session, caller, command, now=work.now)
    except (Invalid, Conflict, Missing) as error:
        _hinder(work, occurrence, error)
        return
    post = await find_post(session, caller, made.id, None)
    post.recurrence_id, post.occurs_at = row.id, occurrence.occurs_at
    occurrence.post_id = post.id
    _note(work, occurrence)
    await _schedule(work, occurrence, post)


async def _command(work: Work, occurrence: Occurrence) -> CreatePost | None:
    """What the post of an occurrence says; None when no variation is left."""
    row = work.row
    said = await choose(
        work.session, work.caller, row, occurrence.at, own=occurrence, sayings=work.sayings
    )
    if said is None:
        _hinder(work, occurrence, VariationMissing())
        return None
    occurrence.variation = said.variation
    return CreatePost(
        calendar_id=row.calendar_id,
        text=said.text,
        media_ids=said.media_ids,
        adaptations=[AdaptationInput.model_validate(each) for each in row.adaptations],
        variants=[VariantInput.model_validate(each) for each in row.variants],
        wall_time=occurrence.occurs_at,
        time_zone=row.time_zone,
        **{name: getattr(row, name) for name in TEMPLATE},
    )


async def _schedule(work: Work, occurrence: Occurrence, post: Post) -> None:
    session, caller, id_ = work.session, work.caller, post.id
    if not work.row.variants:
        occurrence.post_version, occurrence.problem = post.version, None
        return
    try:
        async with session.begin_nested():
            await schedule_post(
                session, caller, id_, SchedulePost(), expected_version=None, now=work.now
            )
        occurrence.problem = None
    except (Invalid, Conflict, Missing) as error:
        _hinder(work, occurrence, error)
    await session.refresh(post)
    occurrence.post_version = post.version


async def bring_along(work: Work, occurrence: Occurrence, found: Coming) -> None:
    """Its post says and stands where the recurrence says now; it stays the same post."""
    said_before = occurrence.occurs_at, occurrence.made_for
    occurrence.occurs_at, occurrence.at = found.occurs_at, found.at
    if occurrence.post_id is None:
        if not occurrence.is_own:
            occurrence.made_for = work.row.revision
            await fill(work, occurrence)
        return
    post = await find_post(work.session, work.caller, occurrence.post_id, None)
    if occurrence.is_own:
        post.occurs_at = found.occurs_at
        return
    if post.version != occurrence.post_version:
        occurrence.is_own, work.is_done = True, False
        return
    if said_before != (found.occurs_at, work.row.revision):
        await _change(work, occurrence, post)
    if occurrence.post_id is not None and post.state == PostState.DRAFT:
        await _schedule(work, occurrence, post)


async def _change(work: Work, occurrence: Occurrence, post: Post) -> None:
    """Gives a post what the recurrence says now; takes it away where no variation is left."""
    session, caller = work.session, work.caller
    command = await _command(work, occurrence)
    if command is None:
        occurrence.made_for = work.row.revision
        occurrence.post_id = occurrence.post_version = None
        await remove_post(session, caller, post.id, expected_version=None, now=work.now)
        work.sayings.pop(post.id, None)
        return
    change = ChangePost(**command.model_dump(exclude={"id", "calendar_id"}))
    try:
        async with session.begin_nested():
            await change_post(session, caller, post.id, change, expected_version=None, now=work.now)
        occurrence.problem = None
        occurrence.made_for = work.row.revision
        _note(work, occurrence)
    except (Invalid, Conflict, Missing) as error:
        _hinder(work, occurrence, error)
    await session.refresh(post)
    post.occurs_at, occurrence.post_version = occurrence.occurs_at, post.version


async def take_away(work: Work, occurrence: Occurrence) -> None:
    """Its post comes no more: a draft is removed, a scheduled one cancelled.

    What a person changed, or a worker has in hand already, stays.
    """
    session, caller, post_id = work.session, work.caller, occurrence.post_id
    if post_id is not None:
        post = await find_post(session, caller, post_id, None)
        if post.version != occurrence.post_version or await _goes_out(work, post):
            occurrence.is_own = True
            return
    await session.delete(occurrence)
    await session.flush()
    if post_id is not None:
        await remove_post(session, caller, post_id, expected_version=None, now=work.now)
        work.sayings.pop(post_id, None)


async def _goes_out(work: Work, post: Post) -> bool:
    try:
        await ensure_waiting(work.session, work.caller, post)
    except DeliveryUnderWay:
        return True
    return False


def _note(work: Work, occurrence: Occurrence) -> None:
    """What the post of an occurrence says now, for the occurrences that come after it."""
    if occurrence.post_id is not None and occurrence.variation is not None:
        work.sayings[occurrence.post_id] = occurrence.at, {occurrence.variation}


def _hinder(work: Work, occurrence: Occurrence, error: ParvisError) -> None:
    """Tells of an occurrence that could not be made or scheduled."""
    work.hindrances.append((occurrence.occurs_at, error))
    if occurrence.problem != error.code:
        is_short = isinstance(error, VariationMissing)
        kind = "recurrence.needs_variation" if is_short else "recurrence.hindered"
        data = {"code": error.code, "occurs_at": occurrence.occurs_at.isoformat()}
        about = ("recurrence", work.row.id)
        record(work.session, work.caller, kind, about, now=work.now, data=data)
    occurrence.problem = error.code


def tell(work: Work) -> None:
    """Keeps the first of what hinders with the recurrence."""
    row, problem = work.row, None
    if work.hindrances:
        wall, error = min(work.hindrances, key=lambda each: each[0])
        problem = {"code": error.code, "message": error.message, "occurs_at": wall.isoformat()}
    needs_variation = any(isinstance(error, VariationMissing) for _, error in work.hindrances)
    if row.problem is not None and problem is None:
        about = ("recurrence", row.id)
        record(work.session, work.caller, "recurrence.recovered", about, now=work.now)
    if (row.problem, row.needs_variation) != (problem, needs_variation):
        row.problem, row.needs_variation = problem, needs_variation
        row.version, row.updated_at = row.version + 1, work.now
