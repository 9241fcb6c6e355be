"""An expert follows their link: what they are asked, and the one answer they give."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import LinkInvalid
from domain.kernel.ids import show
from domain.kernel.sealing import fingerprint
from domain.workspaces import queries
from domain.workspaces.expert_queries import state_of
from domain.workspaces.expert_rules import REQUEST, SUBJECTS, Act, ExpertState
from domain.workspaces.expert_shapes import AnswerExpert, FindSubject, RequestSeen
from domain.workspaces.tables import ExpertRequest


async def see_request(
    session: AsyncSession,
    secret: str,
    *,
    find_subject: FindSubject,
    now: datetime,
) -> RequestSeen:
    """What the link shows, its subject as it is now. Raises `LinkInvalid`, `NotFound`."""
    row = await _open_one(session, _by(secret), now)
    caller = _expert(row)
    workspace = await queries.find_workspace(session, caller)
    subject = await find_subject(session, caller, row.subject_kind, row.subject_id)
    return RequestSeen(workspace.name, row.expert_name, row.question, subject)


async def answer_request(
    session: AsyncSession, secret: str, command: AnswerExpert, *, now: datetime
) -> None:
    """Once: of two answers that come at the same time, one gets `LinkInvalid`."""
    row = await _open_one(session, _by(secret).with_for_update(), now)
    row.state = REQUEST.after(state_of(row, now), Act.ANSWER)
    row.answer, row.answered_at = command.answer, now
    row.version, row.updated_at = row.version + 1, now
    about = ("expert_request", row.id)
    record(session, _expert(row), "expert_request.answered", about, now=now)


def _by(secret: str) -> SelectOfScalar[ExpertRequest]:
    """Row-level security keeps it to the workspace that the secret names."""
    return select(ExpertRequest).where(col(ExpertRequest.fingerprint) == fingerprint(secret))


async def _open_one(
    session: AsyncSession, statement: SelectOfScalar[ExpertRequest], now: datetime
) -> ExpertRequest:
    row = (await session.exec(statement)).one_or_none()
    if row is None or state_of(row, now) is not ExpertState.OPEN:
        raise LinkInvalid
    return row


def _expert(row: ExpertRequest) -> Caller:
    """Who follows the link: they may see the subject, for the length of this request."""
    scopes: frozenset[Scope] = frozenset({SUBJECTS[row.subject_kind].to_see})
    return Caller(row.workspace_id, f"expert:{show('xrq', row.id)}", scopes)
