"""/v1/expert-requests."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionIfSentDep
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from api.state import state_of
from api.workspaces.subjects import find_subject
from domain.kernel.ids import ExpertRequestId
from domain.kernel.shapes import Page
from domain.workspaces import expert_queries, experts
from domain.workspaces.expert_rules import ExpertState
from domain.workspaces.expert_shapes import CreateExpertRequest, ExpertRequestView, SubjectText
from domain.workspaces.shapes import RenewLink

router = APIRouter(prefix="/v1/expert-requests", tags=["experts"], route_class=TransactionRoute)


@router.get("", summary="List requests to experts")
async def list_expert_requests(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    page: PageDep,
    state: Annotated[
        list[ExpertState], Query(max_length=4, description="Only in these states.")
    ] = [],  # noqa: B006 - FastAPI copies it
    subject: Annotated[
        list[SubjectText], Query(max_length=50, description="Only about these posts and mentions.")
    ] = [],  # noqa: B006 - as above
) -> Page[ExpertRequestView]:
    """The scope is `mentions:read` for those about mentions, `posts:read` for those about posts.

    Who is asked is null without `members:personal`.
    """
    found = await expert_queries.list_expert_requests(
        session, caller, page, states=state, subjects=subject, now=now
    )
    return linked(request, response, found)


@router.post("", status_code=HTTPStatus.CREATED, summary="Ask an expert")
async def create_expert_request(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    command: CreateExpertRequest,
) -> ExpertRequestView:
    """The expert gets a link by mail that shows the question and takes one answer, without a seat.

    409 `mention.gone` about a mention that was deleted over there. The scopes are `mentions:read`
    and `mentions:write` about a mention, `posts:read` and `posts:write` about a post.
    """
    view = await experts.create_expert_request(
        session, caller, command, find_subject=find_subject, doors=state_of(request).doors, now=now
    )
    located(response, "/v1/expert-requests", view)
    return tagged(response, view)


@router.get("/{expert_request_id}", summary="Read a request to an expert, and the answer")
async def get_expert_request(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    expert_request_id: ExpertRequestId,
) -> ExpertRequestView:
    """The scope is `mentions:read` about a mention, `posts:read` about a post."""
    view = await expert_queries.get_expert_request(session, caller, expert_request_id, now=now)
    return tagged(response, view)


@router.post("/{expert_request_id}/remind", summary="Remind an expert")
async def remind_expert(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    expert_request_id: ExpertRequestId,
    command: RenewLink,
) -> ExpertRequestView:
    """A new link; the one before counts no longer. The scope is that of asking."""
    view = await experts.remind_expert(
        session, caller, expert_request_id, command, doors=state_of(request).doors, now=now
    )
    return tagged(response, view)


@router.post("/{expert_request_id}/withdraw", summary="Withdraw a request to an expert")
async def withdraw_expert_request(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    expert_request_id: ExpertRequestId,
) -> ExpertRequestView:
    """Its link counts no longer. The scope is that of asking."""
    view = await experts.withdraw_expert_request(
        session, caller, expert_request_id, expected_version=version, now=now
    )
    return tagged(response, view)
