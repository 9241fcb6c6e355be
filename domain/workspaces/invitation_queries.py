"""Reads of invitations, which expire by themselves."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.workspaces.invitation_rules import INVITATION, InvitationState
from domain.workspaces.invitation_shapes import InvitationView
from domain.workspaces.rules import Seat
from domain.workspaces.shapes import Role
from domain.workspaces.tables import Invitation

IN_ORDER = Sort("invitations.id", (col(Invitation.id),), (UUID,))


def visible(caller: Caller) -> SelectOfScalar[Invitation]:
    return select(Invitation).where(col(Invitation.workspace_id) == caller.workspace_id)


async def get_invitation(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> InvitationView:
    caller.need(Scope.MEMBERS_READ)
    row = await find(session, visible(caller).where(col(Invitation.id) == id_), what="invitation")
    return view_of(caller, row, now)


async def list_invitations(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    states: Sequence[InvitationState] = (),
    now: datetime,
) -> Page[InvitationView]:
    caller.need(Scope.MEMBERS_READ)
    statement = visible(caller)
    if states:
        statement = statement.where(or_(*(is_in(state, now) for state in states)))
    return await IN_ORDER.page(
        session, statement, request, view=lambda row: view_of(caller, row, now)
    )


async def invitations_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, now: datetime
) -> dict[UUID, InvitationView]:
    caller.need(Scope.MEMBERS_READ)
    rows = (await session.exec(visible(caller).where(col(Invitation.id).in_(ids)))).all()
    return {row.id: view_of(caller, row, now) for row in rows}


def seat_offered(row: Invitation) -> Seat:
    held = row.communities
    return Seat(Role(row.role), row.role_id, None if held is None else frozenset(held))


def state_of(row: Invitation, now: datetime) -> InvitationState:
    return INVITATION.at(now, InvitationState(row.state), row.expires_at)


def is_in(state: InvitationState, now: datetime) -> ColumnElement[bool]:
    """As `state_of` sees it."""
    is_open, is_over = (
        col(Invitation.state) == InvitationState.OPEN,
        col(Invitation.expires_at) <= now,
    )
    if state is InvitationState.OPEN:
        return and_(is_open, ~is_over)
    if state is InvitationState.EXPIRED:
        return or_(col(Invitation.state) == state, and_(is_open, is_over))
    return col(Invitation.state) == state


def view_of(caller: Caller, row: Invitation, now: datetime) -> InvitationView:
    kept = {name: getattr(row, name) for name in InvitationView.model_fields}
    if Scope.MEMBERS_PERSONAL not in caller.scopes:
        kept["email"] = None
    return InvitationView(**kept | {"state": state_of(row, now)})
