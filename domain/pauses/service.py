"""Pausing a community, a calendar, an account or everything: nothing goes out, nothing is lost."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.queries import find_account
from domain.calendars.queries import find_calendar
from domain.communities.queries import find_community
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import insert, made_before, made_now
from domain.kernel.database import driver_of
from domain.kernel.errors import Fault, Misfit
from domain.kernel.ids import show
from domain.pauses.queries import WAIT_FOR_JUDGES, pause_views
from domain.pauses.shapes import CreatePause, PauseView
from domain.pauses.tables import Pause


async def create_pause(
    session: AsyncSession, caller: Caller, command: CreatePause, *, now: datetime
) -> PauseView:
    """Holds from the next message on, and names those before it.

    Raises `NotFound`, `Misfit`, and `AlreadyExists`.
    """
    caller.need(Scope.POSTS_PUBLISH)
    before = await made_before(session, caller, Pause, command)
    if before is not None:
        return (await pause_views(session, caller, [before], now=now))[0]
    row = Pause(
        **made_now(caller, command, now=now),
        community_id=await _community(session, caller, command),
        calendar_id=command.calendar_id,
        account_id=command.account_id,
        reason=command.reason,
        paused_by=caller.actor,
    )
    raw = await driver_of(session)
    await raw.execute(WAIT_FOR_JUDGES, str(caller.workspace_id))
    await insert(session, row, taken="It is paused already.", at=None)
    [view] = await pause_views(session, caller, [row], now=now)
    data = command.model_dump(mode="json", exclude={"id"}, exclude_none=True)
    data["under_way"] = [show("dlv", id_) for id_ in view.under_way_ids]
    record(session, caller, "pause.begun", ("pause", row.id), now=now, data=data)
    return view


async def _community(session: AsyncSession, caller: Caller, command: CreatePause) -> UUID | None:
    """Whose pause it is; None: of the whole house, which only those pause who see all of it."""
    named: dict[str, UUID] = {}
    if command.community_id is not None:
        found = await find_community(session, caller, command.community_id)
        named["community_id"] = found.id
    if command.calendar_id is not None:
        calendar = await find_calendar(session, caller, command.calendar_id)
        named["calendar_id"] = calendar.community_id
    if command.account_id is not None:
        account = await find_account(session, caller, command.account_id)
        named["account_id"] = account.community_id
    if not named:
        caller.need_all_communities()
        return None
    first, *others = named.values()
    if any(other != first for other in others):
        pointer = f"/{list(named)[-1]}"
        fault = Fault(pointer, "pause.other_community", "It is of another community.")
        raise Misfit(faults=(fault,))
    return first
