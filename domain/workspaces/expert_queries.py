"""Reads of requests to experts, which expire by themselves."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.ids import PREFIXES, read_any, show
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.workspaces.expert_rules import REQUEST, SUBJECTS, ExpertState, seen_kinds
from domain.workspaces.expert_shapes import ExpertRequestView, SubjectText
from domain.workspaces.tables import ExpertRequest

IN_ORDER = Sort("expert_requests.id", (col(ExpertRequest.id),), (UUID,))
BY_KIND = {kind: prefix for prefix, kind in PREFIXES.items() if kind in SUBJECTS}


def visible(caller: Caller) -> SelectOfScalar[ExpertRequest]:
    """About things of the kinds that the caller sees. Raises `ScopeMissing` for none."""
    return select(ExpertRequest).where(
        col(ExpertRequest.workspace_id) == caller.workspace_id,
        col(ExpertRequest.subject_kind).in_(seen_kinds(caller)),
    )


async def get_expert_request(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> ExpertRequestView:
    statement = visible(caller).where(col(ExpertRequest.id) == id_)
    return view_of(caller, await find(session, statement, what="expert request"), now)


async def list_expert_requests(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    states: Sequence[ExpertState] = (),
    subjects: Sequence[SubjectText] = (),
    now: datetime,
) -> Page[ExpertRequestView]:
    statement = visible(caller)
    if states:
        statement = statement.where(or_(*(is_in(state, now) for state in states)))
    if subjects:
        ids = [read_any(text)[1] for text in subjects]
        statement = statement.where(col(ExpertRequest.subject_id).in_(ids))
    return await IN_ORDER.page(
        session, statement, request, view=lambda row: view_of(caller, row, now)
    )


async def expert_requests_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, now: datetime
) -> dict[UUID, ExpertRequestView]:
    rows = (await session.exec(visible(caller).where(col(ExpertRequest.id).in_(ids)))).all()
    return {row.id: view_of(caller, row, now) for row in rows}


def subject_of(row: ExpertRequest) -> str:
    return show(BY_KIND[row.subject_kind], row.subject_id)


def state_of(row: ExpertRequest, now: datetime) -> ExpertState:
    return REQUEST.at(now, ExpertState(row.state), row.expires_at)


def is_in(state: ExpertState, now: datetime) -> ColumnElement[bool]:
    """As `state_of` sees it."""
    is_in = col(ExpertRequest.state) == state
    is_over = col(ExpertRequest.expires_at) <= now
    if state is ExpertState.EXPIRED:
        return and_(col(ExpertRequest.state) == ExpertState.OPEN, is_over)
    return and_(is_in, ~is_over) if state is ExpertState.OPEN else is_in


def view_of(caller: Caller, row: ExpertRequest, now: datetime) -> ExpertRequestView:
    kept = {
        name: getattr(row, name) for name in ExpertRequestView.model_fields if name != "subject"
    }
    if Scope.MEMBERS_PERSONAL not in caller.scopes:
        kept |= {"expert_name": None, "expert_email": None}
    return ExpertRequestView(**kept | {"subject": subject_of(row), "state": state_of(row, now)})
