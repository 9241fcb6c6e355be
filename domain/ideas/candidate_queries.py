"""Reads of candidates, with the words of their mentions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.ideas.candidate_shapes import LONGEST_TEXT, CandidateOrigin, CandidateView
from domain.ideas.rules import CandidateState
from domain.ideas.tables import Candidate
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.narrowing import among
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.kernel.words import Word
from domain.mentions.tables import Mention

OF_MENTION = ("title", "text", "url", "said_at")


class CandidateSort(Word):
    """The order of candidates."""

    SCORE_DOWN = "-score", "The best score first."
    CREATED_DOWN = "-created_at", "The newest first."


@dataclass(frozen=True, slots=True)
class CandidateFilter:
    """Every filter that is set must hold; a list holds when one of its members does."""

    states: Sequence[CandidateState] = ()
    community_ids: Sequence[UUID] = ()
    origins: Sequence[CandidateOrigin] = ()
    at_least: int | None = None


def visible(caller: Caller) -> SelectOfScalar[Candidate]:
    return select(Candidate).where(col(Candidate.workspace_id) == caller.workspace_id)


async def get_candidate(session: AsyncSession, caller: Caller, id_: UUID) -> CandidateView:
    caller.need(Scope.MENTIONS_READ)
    row = await find(session, visible(caller).where(col(Candidate.id) == id_), what="candidate")
    return await view_of(session, caller, row)


async def list_candidates(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    where: CandidateFilter,
    sort: CandidateSort = CandidateSort.SCORE_DOWN,
) -> Page[CandidateView]:
    """The best first, or the newest."""
    caller.need(Scope.MENTIONS_READ)
    return await order_of(sort).page_together(
        session, _filtered(caller, where), request, views=partial(views_of, session, caller)
    )


def order_of(sort: CandidateSort) -> Sort:
    key, kind = {
        CandidateSort.SCORE_DOWN: (col(Candidate.score), int),
        CandidateSort.CREATED_DOWN: (col(Candidate.created_at), datetime),
    }[sort]
    return Sort(sort, (key, col(Candidate.id)), (kind, UUID))


def _filtered(caller: Caller, where: CandidateFilter) -> SelectOfScalar[Candidate]:
    statement = visible(caller).where(
        among(Candidate.state, where.states),
        among(Candidate.community_id, where.community_ids),
        among(Candidate.origin, where.origins),
    )
    if where.at_least is not None:
        statement = statement.where(col(Candidate.score) >= where.at_least)
    return statement


async def candidates_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, CandidateView]:
    caller.need(Scope.MENTIONS_READ)
    rows = (await session.exec(visible(caller).where(col(Candidate.id).in_(ids)))).all()
    return {view.id: view for view in await views_of(session, caller, rows)}


async def view_of(session: AsyncSession, caller: Caller, row: Candidate) -> CandidateView:
    return (await views_of(session, caller, [row]))[0]


async def views_of(
    session: AsyncSession, caller: Caller, rows: Sequence[Candidate]
) -> list[CandidateView]:
    """The mentions' words are read in one statement."""
    words = await _words(session, caller, (row.mention_id for row in rows))
    own = [name for name in CandidateView.model_fields if name not in OF_MENTION]
    return [
        CandidateView(**{name: getattr(row, name) for name in own}, **words[row.mention_id])
        for row in rows
    ]


async def _words(
    session: AsyncSession, caller: Caller, ids: Iterable[UUID]
) -> dict[UUID, dict[str, Any]]:
    wanted = list(ids)
    if not wanted:
        return {}
    text = func.left(Mention.text, LONGEST_TEXT)
    statement = select(Mention.id, Mention.title, text, Mention.url, Mention.said_at).where(  # type: ignore[call-overload]  # SQLModel types four columns
        col(Mention.workspace_id) == caller.workspace_id, col(Mention.id).in_(wanted)
    )
    rows = (await session.exec(statement)).all()
    return {id_: dict(zip(OF_MENTION, values, strict=True)) for id_, *values in rows}
