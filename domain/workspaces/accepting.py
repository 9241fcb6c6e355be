"""An invitation is followed: what it says, and the member who comes of it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.errors import AlreadyExists, InvitationElsewhere, LinkInvalid
from domain.kernel.ids import show
from domain.kernel.sealing import fingerprint
from domain.people.queries import user_view
from domain.people.shapes import UserView
from domain.workspaces import queries
from domain.workspaces.invitation_queries import seat_offered, state_of
from domain.workspaces.invitation_rules import INVITATION, Act, InvitationState
from domain.workspaces.invitation_shapes import InvitationSeen
from domain.workspaces.seats import told
from domain.workspaces.service import add_member, new_member
from domain.workspaces.shapes import Role
from domain.workspaces.tables import CustomRole, Invitation, Member


async def see_invitation(
    session: AsyncSession, workspace_id: UUID, secret: str, *, now: datetime
) -> InvitationSeen:
    """What the link leads to. Raises `LinkInvalid`."""
    row = await _open_one(session, _by(secret), now)
    workspace = await queries.find_workspace(session, _nobody(workspace_id))
    role = None
    if row.role_id is not None:
        role = await session.get(CustomRole, (workspace_id, row.role_id))
    return InvitationSeen(workspace.name, row.email, Role(row.role), role.name if role else None)


async def accept_invitation(
    session: AsyncSession, workspace_id: UUID, secret: str, user_id: UUID, *, now: datetime
) -> UUID:
    """The member who came of it. Of two who follow a link at once, one gets `LinkInvalid`.

    A member of that address whom nobody signed in as keeps their role, and is the user's from
    now on. Raises `InvitationElsewhere`, and `AlreadyExists` for who is a member already.
    """
    row = await _open_one(session, _by(secret).with_for_update(), now)
    user = await user_view(session, user_id)
    if user.email != row.email:
        raise InvitationElsewhere
    caller = Caller(workspace_id, f"user:{show('usr', user_id)}", frozenset())
    member = await _seat(session, caller, row, user, now)
    row.state = INVITATION.after(InvitationState(row.state), Act.ACCEPT)
    row.accepted_at, row.member_id = now, member.id
    row.version, row.updated_at = row.version + 1, now
    data = {"member_id": show("mem", member.id)}
    record(session, caller, "invitation.accepted", ("invitation", row.id), now=now, data=data)
    return member.id


async def _seat(
    session: AsyncSession, caller: Caller, row: Invitation, user: UserView, now: datetime
) -> Member:
    statement = queries.visible(caller)
    if (await session.exec(statement.where(col(Member.user_id) == user.id))).first() is not None:
        raise AlreadyExists("You are a member already.")
    known = statement.where(col(Member.email) == row.email).with_for_update()
    member = (await session.exec(known)).one_or_none()
    if member is None:
        member = new_member(caller, seat_offered(row), user.name, row.email, now)
        member.user_id = user.id
        await add_member(session, caller, member, now=now)
        return member
    if member.user_id is not None:
        raise AlreadyExists("Somebody else signs in as the member of this address.")
    member.user_id, member.version, member.updated_at = user.id, member.version + 1, now
    await session.flush()
    data = {"current": told(queries.seat_held(member))}
    record(session, caller, "member.joined", ("member", member.id), now=now, data=data)
    return member


def _by(secret: str) -> SelectOfScalar[Invitation]:
    """Row-level security keeps it to the workspace that the secret names."""
    return select(Invitation).where(col(Invitation.fingerprint) == fingerprint(secret))


async def _open_one(
    session: AsyncSession, statement: SelectOfScalar[Invitation], now: datetime
) -> Invitation:
    row = (await session.exec(statement)).one_or_none()
    if row is None or state_of(row, now) is not InvitationState.OPEN:
        raise LinkInvalid
    if row.role == Role.CUSTOM and row.role_id is None:
        raise LinkInvalid
    return row


def _nobody(workspace_id: UUID) -> Caller:
    return Caller(workspace_id, "visitor", frozenset())
