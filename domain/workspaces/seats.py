"""Whether a caller may give a seat or take one, and that somebody always owns the workspace."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlmodel import col, func, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.changes import find, need_all
from domain.kernel.errors import OwnerLast
from domain.kernel.ids import show
from domain.workspaces.rules import Seat, need_power, scopes_of
from domain.workspaces.shapes import Role
from domain.workspaces.tables import CustomRole, Member, Workspace

KNOWN_COMMUNITIES = text("SELECT parvis_known_communities(:ids)")


async def need_seat(
    session: AsyncSession, caller: Caller, seat: Seat, *, before: Seat | None = None
) -> None:
    """That the caller may give a seat, in place of the one before if there is one.

    Raises `ScopeBeyond`, and `NotFound` for its role and for communities that it adds.
    """
    await need_power_over(session, caller, seat)
    known = (before and before.communities) or frozenset()
    new = (seat.communities or frozenset()) - known
    if new:
        await _need_communities(session, new)


async def need_power_over(session: AsyncSession, caller: Caller, seat: Seat) -> None:
    """That a seat may do and see nothing that the caller may not. Raises `ScopeBeyond`."""
    own: Iterable[str] = ()
    if seat.role_id is not None:
        # Shared: the role may gain nothing, nor go, until the seat stands.
        statement = select(CustomRole).where(
            col(CustomRole.workspace_id) == caller.workspace_id, col(CustomRole.id) == seat.role_id
        )
        own = (await find(session, statement.with_for_update(read=True), what="role")).scopes
    need_power(caller, seat, scopes_of(seat, own))


async def known_communities(session: AsyncSession, ids: Iterable[UUID]) -> list[UUID]:
    """Row-level security hides those that the caller is held from."""
    found = await session.exec(KNOWN_COMMUNITIES, params={"ids": list(ids)})  # type: ignore[call-overload]  # SQLModel types no text()
    known: list[UUID] = found.scalar_one()
    return known


async def _need_communities(session: AsyncSession, communities: frozenset[UUID]) -> None:
    need_all("community", communities, await known_communities(session, communities))


async def lock_owners(session: AsyncSession, caller: Caller) -> None:
    """Whoever changes who owns the workspace waits here for the one before, until their commit."""
    # The weakest lock that keeps two of them apart: rows that refer to the workspace may come in.
    await session.get(Workspace, caller.workspace_id, with_for_update={"key_share": True})


async def need_other_owner(session: AsyncSession, caller: Caller, member_id: UUID) -> None:
    """Raises `OwnerLast`. The caller holds the lock of `lock_owners`."""
    statement = select(func.count()).where(
        col(Member.workspace_id) == caller.workspace_id,
        col(Member.role) == Role.OWNER,
        col(Member.id) != member_id,
    )
    if (await session.exec(statement)).one() == 0:
        raise OwnerLast


def told(seat: Seat) -> dict[str, Any]:
    """A seat as events tell it."""
    held = seat.communities
    return {
        "role": seat.role,
        "role_id": seat.role_id and show("role", seat.role_id),
        "communities": None if held is None else sorted(show("com", id_) for id_ in held),
    }


def columns_of(seat: Seat) -> dict[str, Any]:
    held = seat.communities
    return {
        "role": seat.role,
        "role_id": seat.role_id,
        "communities": None if held is None else sorted(held),
    }
