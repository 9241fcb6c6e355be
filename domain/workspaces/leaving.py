"""A person leaves a workspace by themselves: their seat ends, unless it is the last owner's."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import OwnerLast
from domain.kernel.ids import show
from domain.workspaces.seats import lock_owners, need_other_owner
from domain.workspaces.service import remove_member
from domain.workspaces.shapes import Membership, Role


async def is_last_owner(session: AsyncSession, seat: Membership) -> bool:
    """Whether the workspace of the transaction would be nobody's without this seat."""
    if seat.role is not Role.OWNER:
        return False
    try:
        await lock_owners(session, _self(seat))
        await need_other_owner(session, _self(seat), seat.member_id)
    except OwnerLast:
        return True
    return False


async def leave(session: AsyncSession, seat: Membership, *, now: datetime) -> None:
    """Ends the seat, and with it every token and grant of it. Raises `OwnerLast`."""
    await remove_member(session, _self(seat), seat.member_id, expected_version=None, now=now)


def _self(seat: Membership) -> Caller:
    """The member, who needs nobody's leave to go."""
    actor = f"member:{show('mem', seat.member_id)}"
    return Caller(seat.workspace_id, actor, frozenset(Scope), member_id=seat.member_id)
