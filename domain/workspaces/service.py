"""Changes of the workspace and its members."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import UNSENT, apply, digest, find_for_change, insert, made_before
from domain.kernel.errors import NotFound, VersionMissing, VersionStale
from domain.kernel.ids import new_id
from domain.workspaces.queries import visible, workspace_view
from domain.workspaces.shapes import (
    ChangeMember,
    ChangeWorkspace,
    CreateMember,
    MemberView,
    Role,
    WorkspaceView,
)
from domain.workspaces.tables import Member, Workspace


async def create_workspace(
    session: AsyncSession, caller: Caller, *, slug: str, name: str, now: datetime
) -> WorkspaceView:
    """Makes the caller's own workspace: the transaction already carries its id."""
    row = Workspace(
        workspace_id=caller.workspace_id, slug=slug, name=name, created_at=now, updated_at=now
    )
    session.add(row)
    await session.flush()
    record(session, caller, "workspace.created", ("workspace", row.workspace_id), now=now)
    return workspace_view(row)


async def seat_owner(
    session: AsyncSession,
    caller: Caller,
    *,
    user_id: UUID,
    name: str,
    email: str,
    now: datetime,
) -> MemberView:
    """Makes a user an owner of a workspace they found or an operator gives them.

    Raises `AlreadyExists` when the user or the address is a member already.
    """
    row = Member(
        workspace_id=caller.workspace_id,
        id=new_id(),
        name=name,
        email=email,
        role=Role.OWNER,
        user_id=user_id,
        created_at=now,
        updated_at=now,
    )
    await insert(session, row, taken="This person is a member already.")
    record(session, caller, "member.added", ("member", row.id), now=now)
    return MemberView.model_validate(row)


async def change_workspace(
    session: AsyncSession,
    caller: Caller,
    command: ChangeWorkspace,
    *,
    expected_version: int | None,
    now: datetime,
) -> WorkspaceView:
    caller.need(Scope.WORKSPACE_WRITE)
    row = await session.get(Workspace, caller.workspace_id, with_for_update=True)
    if row is None:
        raise NotFound("workspace")
    if expected_version == UNSENT:
        raise VersionMissing
    if expected_version is not None and row.version != expected_version:
        raise VersionStale
    if command.name != row.name and "name" in command.model_fields_set:
        previous = {"name": row.name}
        row.name, row.version, row.updated_at = command.name, row.version + 1, now
        record(
            session,
            caller,
            "workspace.changed",
            ("workspace", row.workspace_id),
            now=now,
            data={"previous": previous},
        )
    return workspace_view(row)


async def create_member(
    session: AsyncSession, caller: Caller, command: CreateMember, *, now: datetime
) -> MemberView:
    caller.need(Scope.MEMBERS_WRITE)
    made_from = digest(command)
    before = await made_before(session, caller, Member, command.id, made_from)
    if before is not None:
        return MemberView.model_validate(before)
    row = Member(
        workspace_id=caller.workspace_id,
        id=command.id or new_id(),
        name=command.name,
        email=command.email,
        role=command.role,
        created_at=now,
        updated_at=now,
        made_from=made_from,
    )
    await insert(session, row, taken="A member with this e-mail address exists already.")
    record(session, caller, "member.added", ("member", row.id), now=now)
    return MemberView.model_validate(row)


async def change_member(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeMember,
    *,
    expected_version: int | None,
    now: datetime,
) -> MemberView:
    caller.need(Scope.MEMBERS_WRITE)
    row = await _member(session, caller, id_, expected_version)
    if apply(row, command.sent(), now=now):
        record(session, caller, "member.changed", ("member", id_), now=now)
    return MemberView.model_validate(row)


async def remove_member(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    caller.need(Scope.MEMBERS_WRITE)
    row = await _member(session, caller, id_, expected_version)
    await session.delete(row)
    record(session, caller, "member.removed", ("member", id_), now=now)


async def _member(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Member:
    statement = visible(caller).where(col(Member.id) == id_)
    return await find_for_change(
        session, statement, what="member", expected_version=expected_version
    )
