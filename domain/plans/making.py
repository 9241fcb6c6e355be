"""Makes the posts of a recurrence what its rule and its template say: each once, whoever makes it.

What comes and has no row gets the row first, then its post, which is scheduled. A post that
follows is brought along when the recurrence was changed, and taken off the calendar when it comes
no more. One that a person changed or removed follows no longer: it is left alone, and stands for
its occurrence all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.errors import Conflict, Invalid, Missing, ParvisError, VariationMissing
from domain.kernel.ids import new_id
from domain.kernel.nudges import due_at
from domain.plans.evergreen import choose
from domain.plans.recurring import CLOCK_CHANGES, FURTHEST, Coming, coming, pair, read_rule
from domain.plans.tables import Occurrence, Recurrence
from domain.posts.finding import find_post
from domain.posts.rules import PostState
from domain.posts.service import change_post, create_post, remove_post, schedule_post
from domain.posts.shapes import ChangePost, CreatePost, SchedulePost, VariantInput
from domain.posts.tables import Post

MOST = 50
"""Posts a transaction makes or moves; what is left comes in the next one."""
AGAIN = timedelta(hours=1)
"""When what was hindered is tried again."""
TEMPLATE = ("pillar_id", "campaign_id", "title", "language", "labels", "link_url")


@dataclass(slots=True)
class _Work:
    """A recurrence that is being made right, and what was found on the way."""

    session: AsyncSession
    caller: Caller
    row: Recurrence
    now: datetime
    hindrances: list[dict[str, Any]] = field(default_factory=list)
    is_done: bool = True


async def claim_recurrences(
    session: AsyncSession, caller: Caller, *, now: datetime, lease: timedelta, batch: int
) -> list[UUID]:
    """Those to look at now, this worker's until the lease ends."""
    statement = (
        select(Recurrence)
        .where(col(Recurrence.workspace_id) == caller.workspace_id, col(Recurrence.act_at) <= now)
        .order_by(col(Recurrence.act_at))
        .limit(batch)
        .with_for_update(skip_locked=True)
    )
    rows = (await session.exec(statement)).all()
    for row in rows:
        row.act_at = now + lease
    return [row.id for row in rows]


async def follow(
    session: AsyncSession, caller: Caller, id_: UUID, *, horizon: timedelta, now: datetime
) -> None:
    """Makes what comes up to the horizon, and says when to look again."""
    row = await session.get(Recurrence, (caller.workspace_id, id_), with_for_update=True)
    if row is None:
        return
    until = max(now + horizon, row.made_until)
    is_done = await make_right(session, caller, row, until=until, now=now)
    row.act_at = _next_look(row, until, horizon, now) if is_done else now
    if row.act_at is not None:
        due_at(session, caller.workspace_id, id_, row.act_at)


async def make_right(
    session: AsyncSession, caller: Caller, row: Recurrence, *, until: datetime, now: datetime
) -> bool:
    """Makes what comes up to a moment as the recurrence says; whether nothing was left to do.

    The recurrence is locked. What its accounts and networks do not take stays a draft, and is
    told in `problem`.
    """
    work = _Work(session, caller, row, now)
    pairs = await _paired(work, until)
    steps = [each for each in pairs if not _is_settled(row, *each)]
    for occurrence, found in steps[:MOST]:
        await _step(work, occurrence, found)
    _tell(work)
    if work.is_done and len(steps) <= MOST:
        row.made_until = max(row.made_until, until)
        return True
    return False


async def take_all_away(
    session: AsyncSession, caller: Caller, row: Recurrence, *, now: datetime
) -> None:
    """Takes what is still to come off the calendar; what persons changed stays."""
    work = _Work(session, caller, row, now)
    for occurrence in (await _kept(work, ())).values():
        if not occurrence.is_own:
            await _take_away(work, occurrence)


async def make_one(
    session: AsyncSession, caller: Caller, row: Recurrence, found: Coming, *, now: datetime
) -> UUID | None:
    """The post of one occurrence, made where none is yet; None when no variation is left."""
    work = _Work(session, caller, row, now)
    occurrence = await begin(session, caller, row, found, now=now)
    if occurrence is None:
        occurrence = await occurrence_at(session, caller, row, found.occurs_at)
    if occurrence is not None and occurrence.post_id is None:
        occurrence.is_own = False
        await _fill(work, occurrence)
    return None if occurrence is None else occurrence.post_id


async def occurrence_at(
    session: AsyncSession, caller: Caller, row: Recurrence, wall: datetime
) -> Occurrence | None:
    """What was made of an occurrence; None: nothing yet."""
    statement = select(Occurrence).where(
        col(Occurrence.workspace_id) == caller.workspace_id,
        col(Occurrence.recurrence_id) == row.id,
        col(Occurrence.occurs_at) == wall,
    )
    return (await session.exec(statement)).one_or_none()


def _next_look(
    row: Recurrence, until: datetime, horizon: timedelta, now: datetime
) -> datetime | None:
    rule = read_rule(row.rule, row.time_zone)
    later = coming(rule, row.starts_at, row.time_zone, after=until, until=until + FURTHEST)
    looks = [each.at - horizon for each in (next(later, None),) if each is not None]
    return min([*looks, now + AGAIN] if row.problem else looks, default=None)


async def _paired(work: _Work, until: datetime) -> list[tuple[Occurrence | None, Coming | None]]:
    """What is there and what shall be, side by side; what was planned farther ahead comes last."""
    row, now = work.row, work.now
    rule = read_rule(row.rule, row.time_zone)
    expected = list(coming(rule, row.starts_at, row.time_zone, after=now, until=until))
    kept = await _kept(work, [each.occurs_at for each in expected])
    walls = {each.occurs_at for each in expected}
    far = {wall: each for wall, each in kept.items() if each.at > until and wall not in walls}
    found = [
        (None if wall is None else kept[wall], each)
        for wall, each in pair(kept.keys() - far.keys(), expected)
    ]
    last = max((each.at for each in far.values()), default=until) + CLOCK_CHANGES
    later = coming(rule, row.starts_at, row.time_zone, after=until, until=last) if far else ()
    still = {each.occurs_at: each for each in later}
    return found + [(each, still.get(wall)) for wall, each in far.items()]


async def _kept(work: _Work, expected: Sequence[datetime]) -> dict[datetime, Occurrence]:
    """The coming occurrences by wall time, told apart into those that follow and those that don't.

    With whatever else stands at a wall time that is expected: it came in another zone. A post at
    another version than we left it at was changed by a person; one that is gone too.
    """
    statement = (
        select(Occurrence, col(Post.version))
        .outerjoin(
            Post,
            (col(Post.workspace_id) == col(Occurrence.workspace_id))
            & (col(Post.id) == col(Occurrence.post_id)),
        )
        .where(
            col(Occurrence.workspace_id) == work.caller.workspace_id,
            col(Occurrence.recurrence_id) == work.row.id,
            or_(col(Occurrence.at) > work.now, col(Occurrence.occurs_at).in_(expected)),
        )
    )
    rows = (await work.session.exec(statement)).all()
    for occurrence, version in rows:
        is_missing = occurrence.problem is not None and occurrence.post_version is None
        occurrence.is_own |= not is_missing and version != occurrence.post_version
    return {each.occurs_at: each for each, _ in rows}


def _is_settled(row: Recurrence, occurrence: Occurrence | None, found: Coming | None) -> bool:
    if occurrence is None or found is None:
        return occurrence is not None and occurrence.is_own
    is_there = (occurrence.occurs_at, occurrence.at) == (found.occurs_at, found.at)
    is_right = occurrence.made_for == row.revision and occurrence.problem is None
    return is_there and (occurrence.is_own or is_right)


async def _step(work: _Work, occurrence: Occurrence | None, found: Coming | None) -> None:
    if occurrence is None and found is not None:
        await _make(work, found)
    elif occurrence is not None and found is None:
        await _take_away(work, occurrence)
    elif occurrence is not None and found is not None:
        await _bring_along(work, occurrence, found)


async def _make(work: _Work, found: Coming) -> None:
    """The row first: whoever else makes this occurrence at the same time makes nothing."""
    occurrence = await begin(work.session, work.caller, work.row, found, now=work.now)
    if occurrence is not None:
        await _fill(work, occurrence)


async def begin(
    session: AsyncSession, caller: Caller, row: Recurrence, found: Coming, *, now: datetime
) -> Occurrence | None:
    """The row of an occurrence, without a post; None when it is there already."""
    values: dict[str, Any] = {
        "workspace_id": caller.workspace_id,
        "id": new_id(),
        "recurrence_id": row.id,
        "occurs_at": found.occurs_at,
        "at": found.at,
        "made_for": row.revision,
        "is_own": False,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    statement = insert(Occurrence).values(values).on_conflict_do_nothing()
    made = await session.exec(statement.returning(col(Occurrence.id)))
    if made.first() is None:
        return None
    return await session.get_one(Occurrence, (caller.workspace_id, values["id"]))


async def _fill(work: _Work, occurrence: Occurrence) -> None:
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
    await _schedule(work, occurrence, post)


async def _command(work: _Work, occurrence: Occurrence) -> CreatePost | None:
    """What the post of an occurrence says; None when no variation is left."""
    row = work.row
    said = await choose(work.session, work.caller, row, occurrence.at, own=occurrence)
    if said is None:
        _hinder(work, occurrence, VariationMissing())
        return None
    occurrence.variation = said.variation
    return CreatePost(
        calendar_id=row.calendar_id,
        text=said.text,
        media_ids=said.media_ids,
        variants=[VariantInput.model_validate(each) for each in row.variants],
        wall_time=occurrence.occurs_at,
        time_zone=row.time_zone,
        **{name: getattr(row, name) for name in TEMPLATE},
    )


async def _schedule(work: _Work, occurrence: Occurrence, post: Post) -> None:
    session, caller, id_ = work.session, work.caller, post.id
    if not work.row.variants:
        occurrence.post_version = post.version
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


async def _bring_along(work: _Work, occurrence: Occurrence, found: Coming) -> None:
    """Its post says and stands where the recurrence says now; it stays the same post."""
    said_before = occurrence.occurs_at, occurrence.made_for
    occurrence.occurs_at, occurrence.at = found.occurs_at, found.at
    if occurrence.post_id is None:
        if not occurrence.is_own:
            occurrence.made_for = work.row.revision
            await _fill(work, occurrence)
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


async def _change(work: _Work, occurrence: Occurrence, post: Post) -> None:
    """Gives a post what the recurrence says now; takes it away where no variation is left."""
    session, caller = work.session, work.caller
    command = await _command(work, occurrence)
    if command is None:
        occurrence.made_for = work.row.revision
        occurrence.post_id = occurrence.post_version = None
        await remove_post(session, caller, post.id, expected_version=None, now=work.now)
        return
    change = ChangePost(**command.model_dump(exclude={"id", "calendar_id"}))
    try:
        async with session.begin_nested():
            await change_post(session, caller, post.id, change, expected_version=None, now=work.now)
        occurrence.problem = None
        occurrence.made_for = work.row.revision
    except (Invalid, Conflict, Missing) as error:
        _hinder(work, occurrence, error)
    await session.refresh(post)
    post.occurs_at, occurrence.post_version = occurrence.occurs_at, post.version


async def _take_away(work: _Work, occurrence: Occurrence) -> None:
    """Its post comes no more: a draft is removed, a scheduled one cancelled."""
    session, caller, post_id = work.session, work.caller, occurrence.post_id
    if post_id is not None:
        post = await find_post(session, caller, post_id, None)
        if post.version != occurrence.post_version:
            occurrence.is_own = True
            return
    await session.delete(occurrence)
    await session.flush()
    if post_id is not None:
        await remove_post(session, caller, post_id, expected_version=None, now=work.now)


def _hinder(work: _Work, occurrence: Occurrence, error: ParvisError) -> None:
    """Tells of an occurrence that could not be made or scheduled."""
    code, wall = error.code, occurrence.occurs_at.isoformat()
    work.hindrances.append({"code": code, "message": error.message, "occurs_at": wall})
    if occurrence.problem != code:
        is_short = isinstance(error, VariationMissing)
        kind = "recurrence.needs_variation" if is_short else "recurrence.hindered"
        about, data = ("recurrence", work.row.id), {"code": code, "occurs_at": wall}
        record(work.session, work.caller, kind, about, now=work.now, data=data)
    occurrence.problem = code


def _tell(work: _Work) -> None:
    """Keeps the first of what hinders with the recurrence."""
    row, found = work.row, sorted(work.hindrances, key=lambda each: str(each["occurs_at"]))
    problem = found[0] if found else None
    needs_variation = any(each["code"] == VariationMissing.code for each in found)
    if (row.problem, row.needs_variation) != (problem, needs_variation):
        row.problem, row.needs_variation = problem, needs_variation
        row.version, row.updated_at = row.version + 1, work.now
