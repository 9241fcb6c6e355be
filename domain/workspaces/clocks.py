"""Test clocks: a workspace made for trying things lives through a month in a minute.

The clock goes as all clocks do, and never back. On its way to a later moment it stops wherever
something is due, and goes on when that is done, so that everything happens in its order and
on time.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select, text
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import ClockAdvancing, ClockReal, Fault, Misfit
from domain.kernel.nudges import due_at
from domain.workspaces.clock_shapes import MOST_DAYS, AdvanceTestClock, TestClockView
from domain.workspaces.tables import TestClock

FURTHEST = timedelta(days=MOST_DAYS)
STRIDE = timedelta(hours=6)
"""The longest step: what is polled, as inboxes and numbers are, is seen to at every stop."""
NEXT_STOP = text("SELECT parvis_next_stop(:workspace)")
IS_ANYTHING_DUE = text("""
SELECT EXISTS (
    SELECT FROM (SELECT work, workspace_id FROM parvis_due(:moment)
                  UNION ALL SELECT work, workspace_id FROM parvis_due_ahead(:moment)) due
     WHERE workspace_id = :workspace AND work <> 'advance')
""")


async def get_test_clock(session: AsyncSession, caller: Caller, *, now: datetime) -> TestClockView:
    """What time it is; a live workspace goes by the real clock."""
    caller.need(Scope.WORKSPACE_READ)
    row = await session.get(TestClock, caller.workspace_id)
    return _view(row or TestClock(workspace_id=caller.workspace_id), now)


async def advance_test_clock(
    session: AsyncSession, caller: Caller, command: AdvanceTestClock, *, now: datetime
) -> TestClockView:
    """Sends the clock on its way; workers take it there. Raises `ClockReal`, `ClockAdvancing`."""
    caller.need(Scope.WORKSPACE_WRITE)
    row = await _lock(session, caller)
    if row.advancing_to is not None:
        raise ClockAdvancing
    to = command.goal(now)
    if not now < to <= now + FURTHEST:
        fault = Fault("/to", "clock.out_of_reach", "Later than now, and within 366 days.")
        raise Misfit(fault.message, faults=(fault,))
    row.advancing_from, row.advancing_to, row.act_at = now, to, now
    due_at(session, caller.workspace_id, caller.workspace_id, now)
    data = {"from": now.isoformat(), "to": to.isoformat()}
    _tell(session, caller, "test_clock.advancing", data, now)
    return _view(row, now)


async def stop_test_clock(session: AsyncSession, caller: Caller, *, now: datetime) -> TestClockView:
    """Leaves the clock where it is on its way; no-op when it is on none."""
    caller.need(Scope.WORKSPACE_WRITE)
    row = await _lock(session, caller)
    if row.advancing_to is not None:
        _arrive(session, caller, row, now)
    return _view(row, now)


async def ahead_of(session: AsyncSession, workspace_id: UUID) -> timedelta:
    """How far ahead the workspace's clock is; nothing where it is live."""
    row = await session.get(TestClock, workspace_id)
    return timedelta(0) if row is None else row.ahead


async def moment_in(session: AsyncSession, workspace_id: UUID, now: datetime) -> datetime:
    """What time it is there, for those who come without a token."""
    return now + await ahead_of(session, workspace_id)


async def hold_clock(session: AsyncSession, caller: Caller) -> timedelta:
    """How far ahead the clock is; it stays there until this transaction ends."""
    statement = _mine(caller).with_for_update(read=True)
    return (await session.exec(statement)).one().ahead


async def step_on(
    session: AsyncSession, caller: Caller, *, ahead: timedelta, now: datetime
) -> datetime | None:
    """Moves the clock, which is `ahead` by now, to the next stop and gives it; None: not yet.

    It does not move while anything is due.
    """
    row = await _lock(session, caller)
    if row.advancing_to is None or row.ahead != ahead:
        return None
    connection = await session.connection()
    asked = {"workspace": caller.workspace_id, "moment": now - ahead}
    if await connection.scalar(IS_ANYTHING_DUE, asked):
        return None
    if now >= row.advancing_to:
        _arrive(session, caller, row, now)
        return now
    due: datetime | None = await connection.scalar(NEXT_STOP, {"workspace": caller.workspace_id})
    stop = max(now, min(due or row.advancing_to, row.advancing_to, now + STRIDE))
    row.ahead += stop - now
    return stop


def _arrive(session: AsyncSession, caller: Caller, row: TestClock, now: datetime) -> None:
    row.advancing_from = row.advancing_to = row.act_at = None
    _tell(session, caller, "test_clock.advanced", {"to": now.isoformat()}, now)


def _tell(
    session: AsyncSession, caller: Caller, kind: str, data: dict[str, str], now: datetime
) -> None:
    record(session, caller, kind, ("workspace", caller.workspace_id), now=now, data=data)


def _mine(caller: Caller) -> SelectOfScalar[TestClock]:
    return select(TestClock).where(col(TestClock.workspace_id) == caller.workspace_id)


async def _lock(session: AsyncSession, caller: Caller) -> TestClock:
    row = (await session.exec(_mine(caller).with_for_update())).one_or_none()
    if row is None:
        raise ClockReal
    return row


def _view(row: TestClock, now: datetime) -> TestClockView:
    start, end = row.advancing_from, row.advancing_to
    return TestClockView(
        now=now,
        is_advancing=end is not None,
        advancing_to=end,
        progress=min(1.0, (now - start) / (end - start)) if start and end else None,
    )
