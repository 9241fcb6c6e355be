"""Changes of ideas; posts are made of them in `drafting`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.calendars import pillars
from domain.calendars.queries import find_calendar
from domain.calendars.tables import Pillar
from domain.campaigns.queries import check_campaign
from domain.communities.queries import find_community
from domain.events.service import record, record_change
from domain.ideas.queries import visible
from domain.ideas.rules import TRANSITIONS, IdeaState, lacks_summary, may_move
from domain.ideas.shapes import ChangeIdea, CreateIdea, IdeaView, MoveIdea
from domain.ideas.tables import Idea
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import (
    apply,
    find,
    find_for_change,
    insert,
    made_before,
    made_now,
    need_all,
    remove,
)
from domain.kernel.errors import Fault, Misfit, MoveRefused
from domain.workspaces.tables import Member


async def create_idea(
    session: AsyncSession, caller: Caller, command: CreateIdea, *, now: datetime
) -> IdeaView:
    """Raises `NotFound` and, for a campaign or pillar of another community, `Misfit`."""
    caller.need(Scope.CALENDARS_WRITE)
    before = await made_before(session, caller, Idea, command)
    if before is not None:
        return IdeaView.model_validate(before)
    await find_community(session, caller, command.community_id)
    values = command.model_dump(exclude={"id"})
    await _check(session, caller, command.community_id, values, campaign=None)
    row = Idea(
        **made_now(caller, command, now=now),
        state=IdeaState.IDEA,
        **values,
    )
    await insert(session, row, taken="This idea exists already.")
    record(session, caller, "idea.created", ("idea", row.id), now=now)
    return IdeaView.model_validate(row)


async def change_idea(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeIdea,
    *,
    expected_version: int | None,
    now: datetime,
) -> IdeaView:
    caller.need(Scope.CALENDARS_WRITE)
    row = await find_idea(session, caller, id_, expected_version)
    values = command.sent()
    await _check(session, caller, row.community_id, values, campaign=row.campaign_id)
    _ensure_summary(IdeaState(row.state), values.get("summary", row.summary))
    previous = apply(row, values, now=now)
    if previous:
        record_change(session, caller, "idea.changed", ("idea", id_), row, previous, now=now)
    return IdeaView.model_validate(row)


async def move_idea(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: MoveIdea,
    *,
    expected_version: int | None,
    now: datetime,
) -> IdeaView:
    """Where it is already it stays, unchanged. Raises `MoveRefused`, `Misfit` without a summary."""
    caller.need(Scope.CALENDARS_WRITE)
    row = await find_idea(session, caller, id_, expected_version)
    state = IdeaState(row.state)
    if state is not command.state and not may_move(state, command.state):
        raise MoveRefused(state, TRANSITIONS[state], at="/state")
    summary = command.summary or row.summary
    _ensure_summary(command.state, summary)
    previous = apply(row, {"state": command.state.value, "summary": summary}, now=now)
    if previous:
        kind = f"idea.{command.state}" if "state" in previous else "idea.changed"
        record_change(session, caller, kind, ("idea", id_), row, previous, now=now)
    return IdeaView.model_validate(row)


async def remove_idea(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Raises `InUse` once posts came of it: close it instead."""
    caller.need(Scope.CALENDARS_WRITE)
    row = await find_idea(session, caller, id_, expected_version)
    await remove(session, row, in_use="Posts came of it; close it instead.")
    record(session, caller, "idea.removed", ("idea", id_), now=now)


async def find_idea(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Idea:
    """The row, locked. Raises `NotFound`."""
    statement = visible(caller).where(col(Idea.id) == id_)
    return await find_for_change(session, statement, what="idea", expected_version=expected_version)


async def _check(
    session: AsyncSession,
    caller: Caller,
    community_id: UUID,
    values: dict[str, Any],
    *,
    campaign: UUID | None,
) -> None:
    """Of an idea that is for a campaign already, or for none."""
    named = values.get("campaign_id")
    await check_campaign(session, caller, community_id, named, before=campaign)
    await _check_pillar(session, caller, community_id, values.get("pillar_id"))
    await _check_experts(session, caller, values.get("expert_ids", ()))


async def _check_pillar(
    session: AsyncSession, caller: Caller, community_id: UUID, pillar_id: UUID | None
) -> None:
    if pillar_id is None:
        return
    statement = pillars.visible(caller).where(col(Pillar.id) == pillar_id)
    row = await find(session, statement, what="pillar")
    if (await find_calendar(session, caller, row.calendar_id)).community_id != community_id:
        fault = Fault("/pillar_id", "pillar.other_community", "It is of another community.")
        raise Misfit(faults=(fault,))


async def _check_experts(session: AsyncSession, caller: Caller, ids: Iterable[UUID]) -> None:
    wanted = set(ids)
    if not wanted:
        return
    statement = select(Member.id).where(
        col(Member.workspace_id) == caller.workspace_id, col(Member.id).in_(wanted)
    )
    need_all("member", wanted, (await session.exec(statement)).all())


def _ensure_summary(state: IdeaState, summary: str | None) -> None:
    if lacks_summary(state, summary):
        fault = Fault("/summary", "idea.summary_missing", "Say what came of the conversation.")
        raise Misfit(faults=(fault,))
