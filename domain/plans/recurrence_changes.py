"""Changes of recurrences: of all, of one, of one and those that follow."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.calendars.pillars import check_pillar
from domain.campaigns.queries import check_campaign
from domain.events.service import record, record_change
from domain.kernel.caller import Caller
from domain.kernel.changes import apply, digest, insert, made_before
from domain.kernel.clock import resolve
from domain.kernel.errors import NotAllowedNow, NotFound, TimePast
from domain.kernel.ids import new_id, show
from domain.kernel.nudges import due_at
from domain.plans import recurring
from domain.plans.fitting import ensure_taken
from domain.plans.making import make_one, make_right, occurrence_at, take_all_away
from domain.plans.recurrence_shapes import (
    ChangeRecurrence,
    PlanOccurrence,
    RecurrenceView,
    SkipOccurrence,
    SplitRecurrence,
)
from domain.plans.recurrences import ensure_start, find_recurrence, need_both, stored
from domain.plans.recurring import Coming, comes_at, walls
from domain.plans.rule_text import Rule, read_rule
from domain.plans.tables import Occurrence, Recurrence
from domain.posts.finding import find_post
from domain.posts.rules import PostState
from domain.posts.service import remove_post
from domain.posts.shapes import PostDetail
from domain.posts.showing import detail
from domain.posts.tables import Post

ENDED = {PostState.CANCELLED, PostState.FAILED, PostState.WITHDRAWN}
OF_THE_SPLIT = {"id", "occurs_at"}
"""What a split says of itself, and not of what goes on."""
AT_ONCE = 20
"""Posts that a change brings along before it is answered; the rest is a worker's."""
COPIED = (
    "community_id",
    "calendar_id",
    "pillar_id",
    "campaign_id",
    "title",
    "text",
    "language",
    "labels",
    "link_url",
    "media_ids",
    "adaptations",
    "variants",
    "variations",
    "spacing_days",
    "time_zone",
    "revision",
    "made_until",
)


async def change_recurrence(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeRecurrence,
    *,
    expected_version: int | None,
    now: datetime,
) -> RecurrenceView:
    """Its coming posts follow, but those that went out or that a person changed."""
    need_both(caller)
    row = await find_recurrence(session, caller, id_, expected_version)
    values = _moved(command.sent(), row.rule, row.starts_at, row.time_zone)
    await _ensure_fit(session, caller, row, values, now)
    previous = apply(row, stored(values), now=now)
    if previous:
        row.revision += 1
        about = ("recurrence", id_)
        record_change(session, caller, "recurrence.changed", about, row, previous, now=now)
        await _bring_along(session, caller, row, now)
    return RecurrenceView.model_validate(row)


async def remove_recurrence(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """What is still to come is taken off, but what a person changed; what went out stays."""
    need_both(caller)
    row = await find_recurrence(session, caller, id_, expected_version)
    await take_all_away(session, caller, row, now=now)
    await _hand_on(session, caller, row, None, from_=datetime.min)  # noqa: DTZ901 - a wall time
    await session.delete(row)
    record(session, caller, "recurrence.removed", ("recurrence", id_), now=now)


async def plan_occurrence(
    session: AsyncSession, caller: Caller, id_: UUID, command: PlanOccurrence, *, now: datetime
) -> PostDetail:
    """The post of one occurrence, made before its turn: changed, it follows no longer.

    Raises `NotFound`, `TimePast`, and what keeps it from being made, such as `VariationMissing`.
    """
    need_both(caller)
    row = await find_recurrence(session, caller, id_, None)
    found = _coming(row, command.occurs_at, now)
    post_id = await make_one(session, caller, row, found, now=now)
    return await detail(session, caller, await find_post(session, caller, post_id, None))


async def skip_occurrence(
    session: AsyncSession, caller: Caller, id_: UUID, command: SkipOccurrence, *, now: datetime
) -> RecurrenceView:
    """Adds an exception; its post is taken off the calendar, whoever changed it.

    Raises `NotFound` and `TimePast`, and for what went out `AlreadyPublished`.
    """
    need_both(caller)
    row = await find_recurrence(session, caller, id_, None)
    rule = read_rule(row.rule, row.time_zone)
    if command.occurs_at in rule.without:
        return RecurrenceView.model_validate(row)
    _coming(row, command.occurs_at, now)
    occurrence = await occurrence_at(session, caller, row, command.occurs_at)
    if occurrence is not None:
        await _take_off(session, caller, occurrence, now)
    skipped = recurring.without(rule, command.occurs_at).written()
    read_rule(skipped, row.time_zone)
    row.rule, row.version, row.updated_at = skipped, row.version + 1, now
    data = {"occurs_at": command.occurs_at.isoformat()}
    record(session, caller, "recurrence.skipped", ("recurrence", id_), now=now, data=data)
    return RecurrenceView.model_validate(row)


async def split_recurrence(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: SplitRecurrence,
    *,
    expected_version: int | None,
    now: datetime,
) -> RecurrenceView:
    """Ends a recurrence before an occurrence; a new one, changed, goes on with its posts.

    Raises `NotFound`, `TimePast`, and `NotAllowedNow` for the very first occurrence.
    """
    need_both(caller)
    before = await made_before(session, caller, Recurrence, command)
    if before is not None:
        return RecurrenceView.model_validate(before)
    row = await find_recurrence(session, caller, id_, expected_version)
    wall = command.occurs_at
    _coming(row, wall, now)
    rule = read_rule(row.rule, row.time_zone)
    if next(walls(rule, row.starts_at, until=wall)) == wall:
        raise NotAllowedNow("That is the first one: change them all.")
    values = _onward(row, rule, command)
    await _ensure_fit(session, caller, row, values, now)
    new = _new(caller, row, command.id or new_id(), stored(values), now)
    new.made_from = digest(command)
    await insert(session, new, taken="This recurrence exists already.")
    row.rule = recurring.before(rule, row.starts_at, wall).written()
    row.version, row.updated_at, row.act_at = row.version + 1, now, now
    await _hand_on(session, caller, row, new.id, from_=wall)
    data = {"into": show("rec", new.id), "occurs_at": wall.isoformat()}
    record(session, caller, "recurrence.split", ("recurrence", id_), now=now, data=data)
    record(session, caller, "recurrence.created", ("recurrence", new.id), now=now)
    await _bring_along(session, caller, new, now)
    return RecurrenceView.model_validate(new)


def _onward(row: Recurrence, rule: Rule, command: SplitRecurrence) -> dict[str, Any]:
    """What goes on says: the rule from that occurrence on, but for what is sent."""
    sent = {name: value for name, value in command.sent().items() if name not in OF_THE_SPLIT}
    wall = command.occurs_at
    onward = recurring.onward(rule, row.starts_at, wall).written()
    anew = recurring.begins_anew(rule, row.starts_at, wall)
    return {
        "rule": onward,
        "starts_at": anew,
        **({"starts_at": wall} if "rule" in sent else {}),
        **_moved(sent, onward, anew, row.time_zone),
    }


def _moved(sent: dict[str, Any], rule: str, starts_at: datetime, zone_name: str) -> dict[str, Any]:
    """What is sent, with the rule that follows another start where no other rule is sent."""
    to = sent.get("starts_at", starts_at)
    if to == starts_at or sent.get("rule", rule) != rule:
        return sent
    read = read_rule(rule, zone_name)
    new = recurring.moved(read, starts_at, to)
    return sent if new == read else sent | {"rule": new.written()}


def _new(
    caller: Caller, row: Recurrence, id_: UUID, values: dict[str, Any], now: datetime
) -> Recurrence:
    """What goes on from another recurrence; its posts are brought along where it says else."""
    new = Recurrence(
        workspace_id=caller.workspace_id,
        id=id_,
        created_at=now,
        updated_at=now,
        **{name: getattr(row, name) for name in COPIED} | values,
    )
    new.revision += 1
    return new


async def _ensure_fit(
    session: AsyncSession, caller: Caller, row: Recurrence, values: dict[str, Any], now: datetime
) -> None:
    """Raises what would keep the recurrence, with these values in it, from being followed."""
    time_zone = values.get("time_zone", row.time_zone)
    read_rule(values.get("rule", row.rule), time_zone)
    if "starts_at" in values:
        ensure_start(values["starts_at"], time_zone, now)
    await ensure_taken(session, caller, values, row, now=now)
    await check_pillar(session, caller, row.calendar_id, values.get("pillar_id"))
    await check_campaign(
        session, caller, row.community_id, values.get("campaign_id"), before=row.campaign_id
    )


async def _bring_along(
    session: AsyncSession, caller: Caller, row: Recurrence, now: datetime
) -> None:
    """The first posts at once, the rest by a worker, which also says when to look again."""
    await session.flush()
    await make_right(session, caller, row, until=row.made_until, most=AT_ONCE, now=now)
    row.act_at = now
    due_at(session, caller.workspace_id, row.id, now)


async def _hand_on(
    session: AsyncSession, caller: Caller, row: Recurrence, to: UUID | None, *, from_: datetime
) -> None:
    """Occurrences from a wall time on, and their posts, belong to another recurrence, or none."""
    await session.flush()
    posts = (
        update(Post)
        .where(
            col(Post.workspace_id) == caller.workspace_id,
            col(Post.recurrence_id) == row.id,
            col(Post.occurs_at) >= from_,
        )
        .values({"recurrence_id": to} | ({"occurs_at": None} if to is None else {}))
    )
    await session.exec(posts.execution_options(synchronize_session=False))
    if to is not None:
        occurrences = (
            update(Occurrence)
            .where(
                col(Occurrence.workspace_id) == caller.workspace_id,
                col(Occurrence.recurrence_id) == row.id,
                col(Occurrence.occurs_at) >= from_,
            )
            .values(recurrence_id=to)
        )
        await session.exec(occurrences.execution_options(synchronize_session=False))


async def _take_off(
    session: AsyncSession, caller: Caller, occurrence: Occurrence, now: datetime
) -> None:
    post_id = occurrence.post_id
    await session.delete(occurrence)
    await session.flush()
    if post_id is not None:
        post = await find_post(session, caller, post_id, None)
        if post.state not in ENDED:
            await remove_post(session, caller, post_id, expected_version=None, now=now)


def _coming(row: Recurrence, wall: datetime, now: datetime) -> Coming:
    """The occurrence at a wall time. Raises `NotFound` and `TimePast`."""
    rule = read_rule(row.rule, row.time_zone)
    if not comes_at(rule, row.starts_at, wall):
        raise NotFound("occurrence", at="/occurs_at")
    at = resolve(wall, row.time_zone)
    if at <= now:
        raise TimePast(at="/occurs_at")
    return Coming(wall, at)
