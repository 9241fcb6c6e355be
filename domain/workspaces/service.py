"""Changes of the workspace and its members."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import (
    UNSENT,
    apply,
    difference,
    digest,
    find_for_change,
    insert,
    made_before,
)
from domain.kernel.errors import NotFound, VersionMissing, VersionStale
from domain.kernel.ids import new_id
from domain.people.rules import same_email
from domain.workspaces.departments import leave_departments
from domain.workspaces.queries import member_view, seat_held, visible, workspace_view
from domain.workspaces.releasing import release_all, release_unseen
from domain.workspaces.rules import Seat, seat_of
from domain.workspaces.seats import (
    columns_of,
    lock_owners,
    need_other_owner,
    need_power_over,
    need_seat,
    told,
)
from domain.workspaces.shapes import (
    ChangeMember,
    ChangeWorkspace,
    CreateMember,
    MemberView,
    Role,
    WorkspaceKind,
    WorkspaceView,
)
from domain.workspaces.tables import Member, TestClock, Workspace


async def create_workspace(
    session: AsyncSession,
    caller: Caller,
    *,
    slug: str,
    name: str,
    kind: WorkspaceKind = WorkspaceKind.LIVE,
    now: datetime,
) -> WorkspaceView:
    """Makes the caller's own workspace: the transaction already carries its id."""
    row = Workspace(
        workspace_id=caller.workspace_id,
        slug=slug,
        name=name,
        kind=kind,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    if kind is WorkspaceKind.TEST:
        session.add(TestClock(workspace_id=caller.workspace_id))
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
    row = new_member(caller, Seat(Role.OWNER, None, None), name, email, now)
    row.user_id = user_id
    await add_member(session, caller, row, now=now)
    return member_view(caller)(row)


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
            data={"previous": previous, "current": {"name": row.name}},
        )
    return workspace_view(row)


async def create_member(
    session: AsyncSession, caller: Caller, command: CreateMember, *, now: datetime
) -> MemberView:
    """A member whom nobody signs in as, until they are invited.

    Raises `RoleUnfit`, `ScopeBeyond`, `AlreadyExists`, and `NotFound` for role and communities.
    """
    caller.need(Scope.MEMBERS_WRITE)
    before = await made_before(session, caller, Member, command)
    if before is not None:
        return member_view(caller)(before)
    seat = seat_of(command.model_dump())
    await need_seat(session, caller, seat)
    row = new_member(caller, seat, command.name, command.email, now)
    row.id, row.made_from = command.id or row.id, digest(command)
    await add_member(session, caller, row, now=now)
    return member_view(caller)(row)


def new_member(caller: Caller, seat: Seat, name: str, email: str, now: datetime) -> Member:
    return Member(
        workspace_id=caller.workspace_id,
        id=new_id(),
        name=name,
        email=same_email(email),
        created_at=now,
        updated_at=now,
        **columns_of(seat),
    )


async def add_member(session: AsyncSession, caller: Caller, row: Member, *, now: datetime) -> None:
    """Raises `AlreadyExists`."""
    await insert(session, row, taken="This person is a member already.", at="/email")
    data = {"current": told(seat_held(row))}
    record(session, caller, "member.added", ("member", row.id), now=now, data=data)


async def change_member(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeMember,
    *,
    expected_version: int | None,
    now: datetime,
) -> MemberView:
    """What they may no longer see stands with them no longer.

    Raises what `create_member` raises, and `OwnerLast`.
    """
    caller.need(Scope.MEMBERS_WRITE)
    await lock_owners(session, caller)
    row = await _member(session, caller, id_, expected_version)
    sent, before = command.sent(), seat_held(row)
    seat = seat_of(sent, before)
    await need_seat(session, caller, seat, before=before)
    if not seat.owns:
        await _keep_owner(session, caller, row)
    name = {"name": sent["name"]} if "name" in sent else {}
    change_row(session, caller, row, name | columns_of(seat), now=now)
    if seat != before:
        await release_unseen(session, caller, [id_], now=now)
    return member_view(caller)(row)


def change_row(
    session: AsyncSession, caller: Caller, row: Member, values: dict[str, Any], *, now: datetime
) -> None:
    """Sets what differs, and tells of it without saying who the person is."""
    before = told(seat_held(row))
    changed = apply(row, values, now=now)
    if not changed:
        return
    data = difference(before, told(seat_held(row))) or {"previous": {}, "current": {}}
    data["changed"] = sorted(changed)
    record(session, caller, "member.changed", ("member", row.id), now=now, data=data)


async def remove_member(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Ends a seat, and with it every token and grant of it; what stands with it stands with nobody.

    Raises `ScopeBeyond`, `OwnerLast`.
    """
    caller.need(Scope.MEMBERS_WRITE)
    await lock_owners(session, caller)
    row = await _member(session, caller, id_, expected_version)
    await _keep_owner(session, caller, row)
    await release_all(session, caller, id_, now=now)
    await leave_departments(session, caller, id_, now=now)
    await session.delete(row)
    data = {"previous": told(seat_held(row))}
    record(session, caller, "member.removed", ("member", id_), now=now, data=data)


async def _keep_owner(session: AsyncSession, caller: Caller, row: Member) -> None:
    """Raises `OwnerLast` when the workspace would be nobody's without this member."""
    if seat_held(row).owns:
        await need_other_owner(session, caller, row.id)


async def _member(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Member:
    """Raises `ScopeBeyond` for a member who may do more than the caller."""
    statement = visible(caller).where(col(Member.id) == id_)
    row = await find_for_change(
        session, statement, what="member", expected_version=expected_version
    )
    await need_power_over(session, caller, seat_held(row))
    return row
