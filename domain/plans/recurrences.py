"""Recurrences: what is said again and again, and when."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.calendars.pillars import check_pillar
from domain.calendars.queries import find_calendar
from domain.campaigns.queries import check_campaign
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find, find_for_change, insert, made_before, made_now
from domain.kernel.clock import resolve
from domain.kernel.errors import Fault, RuleUnfit
from domain.kernel.narrowing import among
from domain.kernel.nudges import due_at
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.plans.fitting import ensure_taken
from domain.plans.recurrence_shapes import (
    NEXT,
    CreateRecurrence,
    OccurrenceView,
    PreviewRecurrence,
    PreviewView,
    RecurrenceView,
)
from domain.plans.recurring import FURTHEST, Coming, coming
from domain.plans.rule_text import read_rule
from domain.plans.tables import Occurrence, Recurrence

OLDEST_FIRST = Sort(
    "recurrences.created_at", (col(Recurrence.created_at), col(Recurrence.id)), (datetime, UUID)
)
OWN = ("id", "time_zone")
FARTHEST_START = timedelta(days=3660)


def visible(caller: Caller) -> SelectOfScalar[Recurrence]:
    return select(Recurrence).where(col(Recurrence.workspace_id) == caller.workspace_id)


async def create_recurrence(
    session: AsyncSession, caller: Caller, command: CreateRecurrence, *, now: datetime
) -> RecurrenceView:
    """Its posts are made by workers. Raises `NotFound`, `Misfit`, `PostUnfit`, `RuleUnfit`."""
    need_both(caller)
    before = await made_before(session, caller, Recurrence, command)
    if before is not None:
        return RecurrenceView.model_validate(before)
    calendar = await find_calendar(session, caller, command.calendar_id)
    time_zone = command.time_zone or calendar.time_zone
    ensure_comes(command.rule, command.starts_at, time_zone, now)
    values = {
        name: getattr(command, name) for name in CreateRecurrence.model_fields if name not in OWN
    }
    await ensure_taken(session, caller, values, None, now=now)
    await check_pillar(session, caller, calendar.id, command.pillar_id)
    await check_campaign(session, caller, calendar.community_id, command.campaign_id, before=None)
    row = Recurrence(
        **made_now(caller, command, now=now),
        community_id=calendar.community_id,
        time_zone=time_zone,
        made_until=now,
        act_at=now,
        **stored(values),
    )
    await insert(session, row, taken="This recurrence exists already.")
    due_at(session, caller.workspace_id, row.id, now)
    record(session, caller, "recurrence.created", ("recurrence", row.id), now=now)
    return RecurrenceView.model_validate(row)


async def get_recurrence(session: AsyncSession, caller: Caller, id_: UUID) -> RecurrenceView:
    caller.need(Scope.POSTS_READ)
    return RecurrenceView.model_validate(await _found(session, caller, id_))


async def list_recurrences(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    calendar_ids: Sequence[UUID] = (),
    community_ids: Sequence[UUID] = (),
) -> Page[RecurrenceView]:
    """The oldest first."""
    caller.need(Scope.POSTS_READ)
    statement = visible(caller).where(
        among(Recurrence.calendar_id, calendar_ids), among(Recurrence.community_id, community_ids)
    )
    return await OLDEST_FIRST.page(session, statement, request, view=RecurrenceView.model_validate)


async def recurrences_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, RecurrenceView]:
    caller.need(Scope.POSTS_READ)
    rows = (await session.exec(visible(caller).where(col(Recurrence.id).in_(ids)))).all()
    return {row.id: RecurrenceView.model_validate(row) for row in rows}


async def get_recurrence_preview(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> PreviewView:
    """The next ten occurrences, with the posts that are there."""
    caller.need(Scope.POSTS_READ)
    row = await _found(session, caller, id_)
    found = next_ones(row.rule, row.starts_at, row.time_zone, now)
    statement = select(Occurrence).where(
        col(Occurrence.workspace_id) == caller.workspace_id,
        col(Occurrence.recurrence_id) == id_,
        col(Occurrence.occurs_at).in_([each.occurs_at for each in found]),
    )
    made = {each.occurs_at: each for each in (await session.exec(statement)).all()}
    return _shown(found, row.time_zone, made)


async def preview_recurrence(
    session: AsyncSession, caller: Caller, command: PreviewRecurrence, *, now: datetime
) -> PreviewView:
    """What a rule would come to; nothing is stored. Raises `RuleUnfit`."""
    caller.need(Scope.POSTS_READ)
    calendar = await find_calendar(session, caller, command.calendar_id)
    time_zone = command.time_zone or calendar.time_zone
    ensure_start(command.starts_at, time_zone, now)
    found = next_ones(command.rule, command.starts_at, time_zone, now)
    return _shown(found, time_zone, {})


def need_both(caller: Caller) -> None:
    """What changes a recurrence writes posts and sets them going."""
    caller.need(Scope.POSTS_WRITE)
    caller.need(Scope.POSTS_PUBLISH)


def next_ones(rule: str, starts_at: datetime, time_zone: str, now: datetime) -> list[Coming]:
    """The next ten. Raises `RuleUnfit`."""
    found = coming(
        read_rule(rule, time_zone), starts_at, time_zone, after=now, until=now + FURTHEST
    )
    return list(islice(found, NEXT))


def ensure_comes(rule: str, starts_at: datetime, time_zone: str, now: datetime) -> None:
    """Raises `RuleUnfit` for what cannot be followed, lies far away or never comes."""
    ensure_start(starts_at, time_zone, now)
    if not next_ones(rule, starts_at, time_zone, now):
        message = "Nothing comes of it from now on."
        raise RuleUnfit(message, faults=(Fault("/rule", "rule.never", message),))


def ensure_start(starts_at: datetime, time_zone: str, now: datetime) -> None:
    """Raises `RuleUnfit` for a start so far away that what comes of it takes long to find."""
    if abs(resolve(starts_at, time_zone) - now) > FARTHEST_START:
        message = "It begins within ten years."
        raise RuleUnfit(message, faults=(Fault("/starts_at", "rule.start_far", message),))


def stored(values: dict[str, Any]) -> dict[str, Any]:
    """The values of a command, with lists of shapes as they lie in their row."""
    return values | {
        name: [each.model_dump(mode="json") for each in values[name]]
        for name in ("adaptations", "variants", "variations")
        if name in values
    }


async def find_recurrence(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Recurrence:
    """The row, locked: its occurrences change under this lock. Raises `NotFound`."""
    statement = visible(caller).where(col(Recurrence.id) == id_)
    return await find_for_change(
        session, statement, what="recurrence", expected_version=expected_version
    )


async def _found(session: AsyncSession, caller: Caller, id_: UUID) -> Recurrence:
    return await find(session, visible(caller).where(col(Recurrence.id) == id_), what="recurrence")


def _shown(
    found: Sequence[Coming], time_zone: str, made: Mapping[datetime, Occurrence]
) -> PreviewView:
    return PreviewView(
        occurrences=[
            OccurrenceView(
                occurs_at=each.occurs_at,
                time_zone=time_zone,
                at=each.at,
                post_id=made[each.occurs_at].post_id if each.occurs_at in made else None,
                problem=made[each.occurs_at].problem if each.occurs_at in made else None,
            )
            for each in found
        ]
    )
