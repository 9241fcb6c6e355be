"""An owner gives the workspace to another member."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.errors import MemberMissing, NotAllowedNow
from domain.kernel.ids import show
from domain.workspaces.queries import find_workspace, seat_held, visible, workspace_view
from domain.workspaces.rules import Seat
from domain.workspaces.seats import columns_of, lock_owners, need_seat
from domain.workspaces.service import change_row
from domain.workspaces.shapes import Role, TransferOwnership, WorkspaceView
from domain.workspaces.tables import Member

OWNER, AFTERWARDS = Seat(Role.OWNER, None, None), Seat(Role.MANAGER, None, None)


async def transfer_ownership(
    session: AsyncSession, caller: Caller, command: TransferOwnership, *, now: datetime
) -> WorkspaceView:
    """The other member becomes an owner, the caller's own a manager, both or neither.

    Raises `MemberMissing`, `ScopeBeyond`, `NotFound`, and `NotAllowedNow` unless one owns the
    workspace and the other does not.
    """
    caller.need(Scope.ADMINISTRATION)
    if caller.member_id is None:
        raise MemberMissing
    await lock_owners(session, caller)
    await need_seat(session, caller, OWNER)
    here = await _member(session, caller, caller.member_id)
    there = await _member(session, caller, command.member_id)
    if not seat_held(here).owns or seat_held(there).owns:
        raise NotAllowedNow("Ownership goes from an owner to somebody who is none.")
    change_row(session, caller, there, columns_of(OWNER), now=now)
    change_row(session, caller, here, columns_of(AFTERWARDS), now=now)
    workspace = await find_workspace(session, caller)
    data = {
        "previous": {"owner": show("mem", here.id)},
        "current": {"owner": show("mem", there.id)},
    }
    about = ("workspace", caller.workspace_id)
    record(session, caller, "workspace.transferred", about, now=now, data=data)
    return workspace_view(workspace)


async def _member(session: AsyncSession, caller: Caller, id_: UUID) -> Member:
    statement = visible(caller).where(col(Member.id) == id_)
    return await find(session, statement.with_for_update(), what="member")
