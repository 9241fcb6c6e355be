"""Changes of approval policies. What a post was approved for stays so when its policy changes."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.calendars.queries import find_calendar
from domain.communities.queries import find_community
from domain.events.service import record, record_change
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import apply, find_for_change, insert, made_before, made_now, need_all
from domain.kernel.errors import Fault, Misfit, NotFound
from domain.policies.queries import visible
from domain.policies.shapes import ChangePolicy, CreatePolicy, PolicyStep, PolicyView
from domain.policies.tables import ApprovalPolicy
from domain.workspaces.queries import standing
from domain.workspaces.tables import Department

UNABLE = "Their role lacks posts:approve."


async def create_policy(
    session: AsyncSession, caller: Caller, command: CreatePolicy, *, now: datetime
) -> PolicyView:
    """Raises `NotFound`, and `Misfit` for another community's calendar or who may not approve."""
    caller.need(Scope.COMMUNITIES_WRITE)
    before = await made_before(session, caller, ApprovalPolicy, command)
    if before is not None:
        return PolicyView.model_validate(before)
    await find_community(session, caller, command.community_id)
    await _check_calendar(session, caller, command)
    await _check_steps(session, caller, command.steps)
    row = ApprovalPolicy(
        **made_now(caller, command, now=now),
        **command.model_dump(exclude={"id", "steps"}),
        steps=_stored(command.steps),
    )
    await insert(session, row, taken="This policy exists already.")
    about = ("approval_policy", row.id)
    record(session, caller, "approval_policy.created", about, now=now)
    return PolicyView.model_validate(row)


async def change_policy(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangePolicy,
    *,
    expected_version: int | None,
    now: datetime,
) -> PolicyView:
    """Reviews that are open go on by the steps they began with. Raises as `create_policy`."""
    caller.need(Scope.COMMUNITIES_WRITE)
    row = await _policy(session, caller, id_, expected_version)
    values = command.sent()
    if "steps" in values:
        await _check_steps(session, caller, command.steps)
        values["steps"] = _stored(command.steps)
    previous = apply(row, values, now=now)
    if previous:
        about = ("approval_policy", id_)
        record_change(session, caller, "approval_policy.changed", about, row, previous, now=now)
    return PolicyView.model_validate(row)


async def remove_policy(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """What it held back for want of approval goes out, unless another policy holds it."""
    caller.need(Scope.COMMUNITIES_WRITE)
    row = await _policy(session, caller, id_, expected_version)
    await session.delete(row)
    record(session, caller, "approval_policy.removed", ("approval_policy", id_), now=now)


async def _policy(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> ApprovalPolicy:
    statement = visible(caller).where(col(ApprovalPolicy.id) == id_)
    return await find_for_change(
        session, statement, what="approval policy", expected_version=expected_version
    )


async def _check_calendar(session: AsyncSession, caller: Caller, command: CreatePolicy) -> None:
    if command.calendar_id is None:
        return
    calendar = await find_calendar(session, caller, command.calendar_id)
    if calendar.community_id != command.community_id:
        fault = Fault("/calendar_id", "calendar.other_community", "It is of another community.")
        raise Misfit(faults=(fault,))


async def _check_steps(session: AsyncSession, caller: Caller, steps: Sequence[PolicyStep]) -> None:
    await _check_departments(session, caller, {s.department_id for s in steps if s.department_id})
    able = {
        id_: await _may_approve(session, id_)
        for id_ in dict.fromkeys(id_ for step in steps for id_ in _named(step))
    }
    faults = tuple(_faults(steps, able))
    if faults:
        raise Misfit(faults=faults)


async def _check_departments(session: AsyncSession, caller: Caller, ids: Iterable[UUID]) -> None:
    wanted = set(ids)
    statement = select(Department.id).where(
        col(Department.workspace_id) == caller.workspace_id, col(Department.id).in_(wanted)
    )
    need_all("department", wanted, (await session.exec(statement)).all() if wanted else ())


async def _may_approve(session: AsyncSession, member_id: UUID) -> bool:
    found = await standing(session, member_id)
    if found is None:
        raise NotFound("member", [member_id])
    return Scope.POSTS_APPROVE in found.scopes


def _faults(steps: Sequence[PolicyStep], able: dict[UUID, bool]) -> Iterator[Fault]:
    for place, step in enumerate(steps):
        for number, id_ in enumerate(step.member_ids):
            if not able[id_]:
                pointer = f"/steps/{place}/member_ids/{number}"
                yield Fault(pointer, "member.may_not_approve", UNABLE)
        if step.escalates_to is not None and not able[step.escalates_to]:
            yield Fault(f"/steps/{place}/escalates_to", "member.may_not_approve", UNABLE)


def _named(step: PolicyStep) -> list[UUID]:
    return [*step.member_ids, *([step.escalates_to] if step.escalates_to else [])]


def _stored(steps: Sequence[PolicyStep]) -> list[dict[str, Any]]:
    return [step.model_dump(mode="json") for step in steps]
