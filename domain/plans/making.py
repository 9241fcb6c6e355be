"""Makes the posts of a recurrence what its rule and its template say: each once, whoever makes it.

What comes and has no row gets the row first, then its post, which is scheduled. A post that
follows is brought along when the recurrence was changed, and taken off the calendar when it comes
no more. One that a person changed or removed follows no longer: it is left alone, and stands for
its occurrence all the same.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.caller import Caller
from domain.kernel.nudges import due_at
from domain.plans.recurring import CLOCK_CHANGES, FURTHEST, Coming, coming, pair
from domain.plans.rule_text import read_rule
from domain.plans.steps import Work, begin, begin_work, bring_along, fill, make, take_away, tell
from domain.plans.tables import Occurrence, Recurrence
from domain.posts.tables import Post

BATCH = 50
"""Posts that a worker makes or moves in one transaction: about a second."""
AGAIN = timedelta(hours=1)
"""When what was hindered is tried again."""


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
    is_done = await make_right(session, caller, row, until=until, most=BATCH, now=now)
    row.act_at = _next_look(row, until, horizon, now) if is_done else now
    if row.act_at is not None:
        due_at(session, caller.workspace_id, id_, row.act_at)


async def make_right(
    session: AsyncSession,
    caller: Caller,
    row: Recurrence,
    *,
    until: datetime,
    most: int,
    now: datetime,
) -> bool:
    """Makes what comes up to a moment as the recurrence says; whether nothing was left to do.

    At most so many posts are touched, the soonest first. The recurrence is locked. What its
    accounts and networks do not take stays a draft, and is told in `problem`.
    """
    work = await begin_work(session, caller, row, now=now)
    pairs = await _paired(work, until)
    steps = [each for each in pairs if not _is_settled(row, *each)]
    for occurrence, found in steps[:most]:
        await _step(work, occurrence, found)
    is_whole = len(steps) <= most
    if is_whole or work.hindrances:
        tell(work)
    if is_whole and work.is_done:
        row.made_until = max(row.made_until, until)
    return is_whole and work.is_done


async def take_all_away(
    session: AsyncSession, caller: Caller, row: Recurrence, *, now: datetime
) -> None:
    """Takes what is still to come off the calendar; what persons changed stays."""
    work = await begin_work(session, caller, row, now=now)
    for occurrence in (await _kept(work, ())).values():
        if not occurrence.is_own:
            await take_away(work, occurrence)


async def make_one(
    session: AsyncSession, caller: Caller, row: Recurrence, found: Coming, *, now: datetime
) -> UUID:
    """The post of one occurrence, made where none is yet. Raises what keeps it from being made."""
    work = await begin_work(session, caller, row, now=now)
    occurrence = await begin(work, found)
    if occurrence is None:
        statement = _at(caller, row, found.occurs_at)
        occurrence = (await session.exec(statement)).one()
    if occurrence.post_id is None:
        occurrence.is_own = False
        await fill(work, occurrence)
    if occurrence.post_id is None:
        raise work.hindrances[0][1]
    return occurrence.post_id


async def occurrence_at(
    session: AsyncSession, caller: Caller, row: Recurrence, wall: datetime
) -> Occurrence | None:
    """What was made of an occurrence; None: nothing yet."""
    return (await session.exec(_at(caller, row, wall))).one_or_none()


def _at(caller: Caller, row: Recurrence, wall: datetime) -> SelectOfScalar[Occurrence]:
    return select(Occurrence).where(
        col(Occurrence.workspace_id) == caller.workspace_id,
        col(Occurrence.recurrence_id) == row.id,
        col(Occurrence.occurs_at) == wall,
    )


def _next_look(
    row: Recurrence, until: datetime, horizon: timedelta, now: datetime
) -> datetime | None:
    rule = read_rule(row.rule, row.time_zone)
    later = coming(rule, row.starts_at, row.time_zone, after=until, until=until + FURTHEST)
    looks = [each.at - horizon for each in (next(later, None),) if each is not None]
    return min([*looks, now + AGAIN] if row.problem else looks, default=None)


async def _paired(work: Work, until: datetime) -> list[tuple[Occurrence | None, Coming | None]]:
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


async def _kept(work: Work, expected: Sequence[datetime]) -> dict[datetime, Occurrence]:
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
        if not is_missing and version != occurrence.post_version:
            occurrence.is_own, occurrence.problem = True, None
    return {each.occurs_at: each for each, _ in rows}


def _is_settled(row: Recurrence, occurrence: Occurrence | None, found: Coming | None) -> bool:
    if occurrence is None or found is None:
        return occurrence is not None and occurrence.is_own
    is_there = (occurrence.occurs_at, occurrence.at) == (found.occurs_at, found.at)
    is_right = occurrence.made_for == row.revision and occurrence.problem is None
    return is_there and (occurrence.is_own or is_right)


async def _step(work: Work, occurrence: Occurrence | None, found: Coming | None) -> None:
    if occurrence is None and found is not None:
        await make(work, found)
    elif occurrence is not None and found is None:
        await take_away(work, occurrence)
    elif occurrence is not None and found is not None:
        await bring_along(work, occurrence, found)
