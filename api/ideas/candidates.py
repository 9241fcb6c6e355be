"""/v1/candidates: the curation inbox."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep
from api.filters import OfCommunities
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.ideas import candidate_queries, curating, deciding
from domain.ideas.candidate_queries import CandidateFilter, CandidateSort
from domain.ideas.candidate_shapes import (
    AcceptCandidate,
    CandidateOrigin,
    CandidateView,
    CreateCandidate,
)
from domain.ideas.rules import CandidateState
from domain.kernel.ids import CandidateId
from domain.kernel.shapes import Page

router = APIRouter(prefix="/v1/candidates", tags=["ideas"], route_class=TransactionRoute)


async def _filter(
    state: Annotated[
        list[CandidateState], Query(max_length=10, description="Only these states.")
    ] = [],  # noqa: B006 - FastAPI copies it
    community_id: OfCommunities = [],  # noqa: B006 - as above
    origin: Annotated[
        list[CandidateOrigin], Query(max_length=10, description="Only from feeds, or only picked.")
    ] = [],  # noqa: B006 - as above
    at_least: Annotated[
        int | None,
        Query(ge=0, le=1000, description="Only with this score or a better one.", examples=[50]),
    ] = None,
) -> CandidateFilter:
    return CandidateFilter(state, community_id, origin, at_least)


@router.get("", summary="List candidates")
async def list_candidates(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    where: Annotated[CandidateFilter, Depends(_filter)],
    sort: Annotated[
        CandidateSort, Query(description="The best first, or the newest.")
    ] = CandidateSort.SCORE_DOWN,
) -> Page[CandidateView]:
    """What feeds brought and people picked. Needs the scope `mentions:read`."""
    found = await candidate_queries.list_candidates(session, caller, page, where=where, sort=sort)
    return linked(request, response, found)


@router.post("", status_code=HTTPStatus.CREATED, summary="Pick a mention")
async def create_candidate(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    command: CreateCandidate,
) -> CandidateView:
    """409 `already_exists` for a mention that is a candidate, `mention.gone` for a deleted one.

    Needs `mentions:write`.
    """
    view = await curating.pick_mention(session, caller, command, now=now)
    located(response, "/v1/candidates", view)
    return tagged(response, view)


@router.get("/{candidate_id}", summary="Read a candidate")
async def get_candidate(
    response: Response, session: SessionDep, caller: CallerDep, candidate_id: CandidateId
) -> CandidateView:
    """Needs the scope `mentions:read`."""
    view = await candidate_queries.get_candidate(session, caller, candidate_id)
    return tagged(response, view)


@router.post("/{candidate_id}/accept", summary="Make an idea or a draft of a candidate")
async def accept_candidate(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    candidate_id: CandidateId,
    command: AcceptCandidate,
) -> CandidateView:
    """A draft in `calendar_id`, an idea without one; 409 `candidate.accepted` if it is the other.

    However often it is asked, it becomes one thing once; 409 `mention.gone` once it was deleted
    over there.
    Needs `mentions:write`. An idea takes `calendars:write` as well, a post `posts:write`.
    """
    view = await deciding.accept_candidate(session, caller, candidate_id, command, now=now)
    return tagged(response, view)


@router.post("/{candidate_id}/dismiss", summary="Dismiss a candidate")
async def dismiss_candidate(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    candidate_id: CandidateId,
) -> CandidateView:
    """It can still be accepted. Needs the scope `mentions:write`."""
    view = await deciding.dismiss_candidate(session, caller, candidate_id, now=now)
    return tagged(response, view)
