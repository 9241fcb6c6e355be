"""Custom roles: read, made, changed, removed. None gives more than who makes it may do."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.events.service import record
from domain.kernel.caller import SET_ASIDE, Caller, Scope
from domain.kernel.changes import (
    apply,
    difference,
    find_for_change,
    flush,
    insert,
    made_before,
    made_now,
    remove,
)
from domain.kernel.errors import InUse, ScopeBeyond
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.registers import Register
from domain.kernel.shapes import Page
from domain.workspaces.invitation_rules import InvitationState
from domain.workspaces.releasing import release_unseen
from domain.workspaces.role_shapes import ChangeRole, CreateRole, RoleTemplateView, RoleView
from domain.workspaces.roles import ROLE_SCOPES
from domain.workspaces.seats import lock_owners
from domain.workspaces.tables import CustomRole, Invitation, Member

IN_ORDER = Sort("roles.id", (col(CustomRole.id),), (UUID,))
TAKEN = "A role with this name exists already."
TEMPLATES = [
    RoleTemplateView(role=role, scopes=sorted(scopes)) for role, scopes in ROLE_SCOPES.items()
]


def visible(caller: Caller) -> SelectOfScalar[CustomRole]:
    return select(CustomRole).where(col(CustomRole.workspace_id) == caller.workspace_id)


ROLES = Register(CustomRole, "role", Scope.MEMBERS_READ, visible, RoleView.model_validate)
get_role, roles_by_id = ROLES.one, ROLES.many


def list_templates(caller: Caller) -> list[RoleTemplateView]:
    """The roles that every workspace has."""
    caller.need(Scope.MEMBERS_READ)
    return TEMPLATES


async def list_roles(session: AsyncSession, caller: Caller, request: PageRequest) -> Page[RoleView]:
    caller.need(Scope.MEMBERS_READ)
    return await IN_ORDER.page(session, visible(caller), request, view=RoleView.model_validate)


async def create_role(
    session: AsyncSession, caller: Caller, command: CreateRole, *, now: datetime
) -> RoleView:
    """Raises `ScopeBeyond` for a scope that the caller lacks, and `AlreadyExists`."""
    caller.need(Scope.ADMINISTRATION)
    before = await made_before(session, caller, CustomRole, command)
    if before is not None:
        return RoleView.model_validate(before)
    _need_scopes(caller, command.scopes, at="/scopes")
    row = CustomRole(
        **made_now(caller, command, now=now),
        name=command.name,
        description=command.description,
        scopes=sorted(set(command.scopes)),
    )
    await insert(session, row, taken=TAKEN, at="/name")
    data = {"current": _told(row)}
    record(session, caller, "role.created", ("role", row.id), now=now, data=data)
    return RoleView.model_validate(row)


async def change_role(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeRole,
    *,
    expected_version: int | None,
    now: datetime,
) -> RoleView:
    """What it lets members do changes at once, and what stands with them as they see no more of it.

    Raises as `create_role`.
    """
    caller.need(Scope.ADMINISTRATION)
    # Whoever changes a seat holds its member and then asks for its role: here it is the reverse.
    await lock_owners(session, caller)
    row = await _role(session, caller, id_, expected_version)
    values, before = command.sent(), _told(row)
    if "scopes" in values:
        _need_scopes(caller, values["scopes"], at="/scopes")
        values["scopes"] = sorted(set(values["scopes"]))
    changed = apply(row, values, now=now)
    if changed:
        await flush(session, taken=TAKEN, at="/name")
        data = difference(before, _told(row))
        record(session, caller, "role.changed", ("role", id_), now=now, data=data)
    if "scopes" in changed:
        await release_unseen(session, caller, await _members(session, caller, id_), now=now)
    return RoleView.model_validate(row)


async def remove_role(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Raises `InUse` while a member has it or somebody is invited to it."""
    caller.need(Scope.ADMINISTRATION)
    row = await _role(session, caller, id_, expected_version)
    invited = select(Invitation.id).where(
        col(Invitation.workspace_id) == caller.workspace_id,
        col(Invitation.role_id) == id_,
        col(Invitation.state) == InvitationState.OPEN,
    )
    if (await session.exec(invited.limit(1))).first() is not None:
        raise InUse("Somebody is invited to it; revoke the invitation first.")
    data = {"previous": _told(row)}
    await remove(session, row, in_use="A member has it; give them another first.")
    record(session, caller, "role.removed", ("role", id_), now=now, data=data)


async def _role(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> CustomRole:
    """Raises `ScopeBeyond` for a role that may do more than the caller."""
    statement = visible(caller).where(col(CustomRole.id) == id_)
    row = await find_for_change(session, statement, what="role", expected_version=expected_version)
    _need_scopes(caller, [scope for scope in row.scopes if scope not in SET_ASIDE])
    return row


async def _members(session: AsyncSession, caller: Caller, id_: UUID) -> Sequence[UUID]:
    """Who has the role, locked."""
    statement = select(Member.id).where(
        col(Member.workspace_id) == caller.workspace_id, col(Member.role_id) == id_
    )
    return (await session.exec(statement.order_by(col(Member.id)).with_for_update())).all()


def _need_scopes(caller: Caller, scopes: Sequence[str], *, at: str | None = None) -> None:
    if not caller.scopes.issuperset(scopes):
        raise ScopeBeyond(at=at)


def _told(row: CustomRole) -> dict[str, object]:
    return {"name": row.name, "description": row.description, "scopes": row.scopes}
