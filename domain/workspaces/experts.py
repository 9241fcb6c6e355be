"""Experts are asked about a post or a mention, without a seat."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.changes import find, find_for_change, insert, made_before, made_now
from domain.kernel.errors import MentionGone
from domain.kernel.ids import read_any
from domain.kernel.languages import Language
from domain.kernel.sealing import fingerprint
from domain.people.rules import same_email
from domain.workspaces import queries
from domain.workspaces.expert_queries import (
    state_of,
    subject_of,
    view_of,
    visible,
)
from domain.workspaces.expert_rules import REQUEST, SUBJECTS, Act, ExpertState
from domain.workspaces.expert_shapes import CreateExpertRequest, ExpertRequestView, FindSubject
from domain.workspaces.letters import Doors, LinkKind, Recipient, send_link
from domain.workspaces.shapes import RenewLink
from domain.workspaces.tables import ExpertRequest, Member


async def create_expert_request(
    session: AsyncSession,
    caller: Caller,
    command: CreateExpertRequest,
    *,
    find_subject: FindSubject,
    doors: Doors,
    now: datetime,
) -> ExpertRequestView:
    """Its link goes to the expert by mail and nowhere else. Raises `NotFound`, `MentionGone`."""
    kind, subject_id = read_any(command.subject)
    caller.need(SUBJECTS[kind].to_ask)
    before = await made_before(session, caller, ExpertRequest, command)
    if before is not None:
        return view_of(caller, before, now)
    subject = await find_subject(session, caller, kind, subject_id)
    if subject.is_gone:
        raise MentionGone
    await _need_member(session, caller, command.member_id)
    row = ExpertRequest(
        **made_now(caller, command, now=now),
        subject_kind=kind,
        subject_id=subject_id,
        community_id=subject.community_id,
        question=command.question,
        expert_name=command.expert_name,
        expert_email=same_email(command.expert_email),
        member_id=command.member_id,
        asked_by=caller.member_id,
        language=command.language,
        state=ExpertState.OPEN,
        fingerprint=b"",
        expires_at=now,
    )
    await _send(session, caller, row, command.valid_days, doors=doors, now=now)
    await insert(session, row, taken="This request exists already.")
    _tell(session, caller, row, "expert_request.sent", now)
    return view_of(caller, row, now)


async def remind_expert(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: RenewLink,
    *,
    doors: Doors,
    now: datetime,
) -> ExpertRequestView:
    """A new link; the old one counts no longer. Raises `NotAllowedNow`."""
    row = await _request(session, caller, id_, None)
    row.state = REQUEST.after(state_of(row, now), Act.REMIND)
    await _send(session, caller, row, command.valid_days, doors=doors, now=now)
    row.version, row.updated_at = row.version + 1, now
    _tell(session, caller, row, "expert_request.reminded", now)
    return view_of(caller, row, now)


async def withdraw_expert_request(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> ExpertRequestView:
    """Its link counts no longer. Raises `NotAllowedNow`."""
    row = await _request(session, caller, id_, expected_version)
    row.state = REQUEST.after(state_of(row, now), Act.WITHDRAW)
    row.version, row.updated_at = row.version + 1, now
    _tell(session, caller, row, "expert_request.withdrawn", now)
    return view_of(caller, row, now)


def _tell(
    session: AsyncSession, caller: Caller, row: ExpertRequest, kind: str, now: datetime
) -> None:
    data = {"subject": subject_of(row)}
    record(session, caller, kind, ("expert_request", row.id), now=now, data=data)


async def _need_member(session: AsyncSession, caller: Caller, member_id: UUID | None) -> None:
    if member_id is not None:
        statement = queries.visible(caller).where(col(Member.id) == member_id)
        await find(session, statement, what="member")


async def _send(
    session: AsyncSession,
    caller: Caller,
    row: ExpertRequest,
    days: int,
    *,
    doors: Doors,
    now: datetime,
) -> None:
    """Gives the row a new link and writes to the expert."""
    secret = doors.new_secret(caller.workspace_id, LinkKind.EXPERT)
    row.fingerprint, row.expires_at = fingerprint(secret), now + timedelta(days=days)
    await send_link(
        session,
        doors,
        LinkKind.EXPERT,
        Recipient(row.expert_email, Language(row.language), None),
        secret,
        until=row.expires_at,
        now=now,
        workspace=(await queries.find_workspace(session, caller)).name,
        name=row.expert_name,
    )


async def _request(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> ExpertRequest:
    """Raises `ScopeMissing` for who may not ask about its subject."""
    row = await find_for_change(
        session,
        visible(caller).where(col(ExpertRequest.id) == id_),
        what="expert request",
        expected_version=expected_version,
    )
    caller.need(SUBJECTS[row.subject_kind].to_ask)
    return row
