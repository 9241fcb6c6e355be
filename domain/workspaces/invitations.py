"""Invitations: sent, sent again, revoked."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find_for_change, flush, insert, made_before, made_now
from domain.kernel.errors import AlreadyExists
from domain.kernel.languages import Language
from domain.kernel.sealing import fingerprint
from domain.people.queries import user_by_email
from domain.people.rules import same_email
from domain.workspaces import queries
from domain.workspaces.invitation_queries import is_in, seat_offered, state_of, view_of, visible
from domain.workspaces.invitation_rules import INVITATION, Act, InvitationState
from domain.workspaces.invitation_shapes import CreateInvitation, InvitationView
from domain.workspaces.letters import Doors, LinkKind, Recipient, send_link
from domain.workspaces.rules import seat_of
from domain.workspaces.seats import columns_of, need_power_over, need_seat, told
from domain.workspaces.shapes import RenewLink
from domain.workspaces.tables import Invitation, Member

INVITED = "Somebody with this address is invited already."


async def create_invitation(
    session: AsyncSession, caller: Caller, command: CreateInvitation, *, doors: Doors, now: datetime
) -> InvitationView:
    """Its link goes to the address by mail and nowhere else.

    Raises `RoleUnfit`, `ScopeBeyond`, `AlreadyExists`, and `NotFound` for role and communities.
    """
    caller.need(Scope.MEMBERS_WRITE)
    before = await made_before(session, caller, Invitation, command)
    if before is not None:
        return view_of(caller, before, now)
    seat, email = seat_of(command.model_dump()), same_email(command.email)
    await need_seat(session, caller, seat)
    await _need_newcomer(session, caller, email)
    await _end_expired(session, caller, email, now)
    row = Invitation(
        **made_now(caller, command, now=now),
        email=email,
        language=command.language,
        state=InvitationState.OPEN,
        invited_by=caller.member_id,
        fingerprint=b"",
        expires_at=now,
        **columns_of(seat),
    )
    await _send(session, caller, row, command.valid_days, doors=doors, now=now)
    await insert(session, row, taken=INVITED, at="/email")
    data = {"current": told(seat)}
    record(session, caller, "invitation.sent", ("invitation", row.id), now=now, data=data)
    return view_of(caller, row, now)


async def resend_invitation(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: RenewLink,
    *,
    doors: Doors,
    now: datetime,
) -> InvitationView:
    """A new link; the old one counts no longer. Raises `ScopeBeyond` and `NotAllowedNow`."""
    row = await _invitation(session, caller, id_, None)
    row.state = INVITATION.after(state_of(row, now), Act.RESEND)
    await _send(session, caller, row, command.valid_days, doors=doors, now=now)
    row.version, row.updated_at = row.version + 1, now
    await flush(session, taken=INVITED, at=None)
    record(session, caller, "invitation.resent", ("invitation", id_), now=now)
    return view_of(caller, row, now)


async def revoke_invitation(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> InvitationView:
    """Its link counts no longer. Raises `ScopeBeyond` and `NotAllowedNow`."""
    row = await _invitation(session, caller, id_, expected_version)
    row.state = INVITATION.after(state_of(row, now), Act.REVOKE)
    row.version, row.updated_at = row.version + 1, now
    record(session, caller, "invitation.revoked", ("invitation", id_), now=now)
    return view_of(caller, row, now)


async def forget_invitations(session: AsyncSession, caller: Caller, *, before: datetime) -> None:
    """Deletes those whose time was up before that moment: they hold people's addresses."""
    await session.exec(
        delete(Invitation).where(
            col(Invitation.workspace_id) == caller.workspace_id,
            col(Invitation.expires_at) < before,
        )
    )


async def _need_newcomer(session: AsyncSession, caller: Caller, email: str) -> None:
    """Raises `AlreadyExists` for a member whom somebody signs in as already.

    A member whom nobody does may be invited by who may do what that member may.
    """
    statement = queries.visible(caller).where(col(Member.email) == email)
    member = (await session.exec(statement)).one_or_none()
    if member is None:
        return
    if member.user_id is not None:
        raise AlreadyExists("This person is a member already.", at="/email")
    await need_power_over(session, caller, queries.seat_held(member))


async def _end_expired(session: AsyncSession, caller: Caller, email: str, now: datetime) -> None:
    """Makes room for a new invitation of the same address."""
    statement = visible(caller).where(
        col(Invitation.email) == email, is_in(InvitationState.EXPIRED, now)
    )
    for row in (await session.exec(statement.with_for_update())).all():
        row.state = InvitationState.EXPIRED
    await session.flush()


async def _send(
    session: AsyncSession,
    caller: Caller,
    row: Invitation,
    days: int,
    *,
    doors: Doors,
    now: datetime,
) -> None:
    """Gives the row a new link and writes to its address."""
    secret = doors.new_secret(caller.workspace_id, LinkKind.INVITATION)
    row.fingerprint, row.expires_at = fingerprint(secret), now + timedelta(days=days)
    user = await user_by_email(session, row.email)
    language = Language(row.language) if user is None else user.language
    await send_link(
        session,
        doors,
        LinkKind.INVITATION,
        Recipient(row.email, language, None if user is None else user.id),
        secret,
        until=row.expires_at,
        now=now,
        workspace=(await queries.find_workspace(session, caller)).name,
    )


async def _invitation(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Invitation:
    """Raises `ScopeBeyond` for an invitation to a seat that may do more than the caller."""
    caller.need(Scope.MEMBERS_WRITE)
    row = await find_for_change(
        session,
        visible(caller).where(col(Invitation.id) == id_),
        what="invitation",
        expected_version=expected_version,
    )
    await need_power_over(session, caller, seat_offered(row))
    return row
