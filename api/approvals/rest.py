"""/v1/reviews: what posts say, submitted, approved and refused."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionIfSentDep
from api.filters import OfCommunities, OfPosts
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from api.state import state_of
from domain.approvals import deciding, handing, queries, service
from domain.approvals.queries import ReviewFilter
from domain.approvals.rules import ReviewState
from domain.approvals.shapes import (
    ApproveReview,
    DelegateReview,
    RefuseReview,
    ReviewView,
    SubmitReview,
)
from domain.kernel.ids import PostId, ReviewId
from domain.kernel.shapes import Page

router = APIRouter(prefix="/v1", tags=["approvals"], route_class=TransactionRoute)


async def _filter(
    state: Annotated[
        list[ReviewState], Query(max_length=5, description="Only in these states.")
    ] = [],  # noqa: B006 - FastAPI copies it
    community_id: OfCommunities = [],  # noqa: B006 - as above
    post_id: OfPosts = [],  # noqa: B006 - as above
    is_mine: Annotated[
        bool | None,
        Query(description="Only open ones that the token's member is asked to decide, or others."),
    ] = None,
) -> ReviewFilter:
    return ReviewFilter(state, community_id, post_id, is_mine)


@router.get("/reviews", summary="List reviews")
async def list_reviews(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    where: Annotated[ReviewFilter, Depends(_filter)],
) -> Page[ReviewView]:
    """The newest first. Needs the scope `posts:read`."""
    found = await queries.list_reviews(session, caller, page, where=where)
    return linked(request, response, found)


@router.post(
    "/posts/{post_id}/reviews",
    status_code=HTTPStatus.CREATED,
    summary="Submit what a post says for approval",
)
async def submit_review(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    post_id: PostId,
    command: SubmitReview,
) -> ReviewView:
    """Those who are asked get a mail with a link that decides without signing in.

    409 `state.not_allowed` where no approval is missing, or nobody may give it. Needs the scope
    `posts:write`.
    """
    doors = state_of(request).doors
    view = await service.submit_review(session, caller, post_id, command, doors=doors, now=now)
    located(response, "/v1/reviews", view)
    return tagged(response, view)


@router.get("/reviews/{review_id}", summary="Read a review")
async def get_review(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, review_id: ReviewId
) -> ReviewView:
    """That the token's member has opened it is kept in `seen`. Needs the scope `posts:read`."""
    view = await queries.get_review(session, caller, review_id, now=now)
    return tagged(response, view)


@router.post("/reviews/{review_id}/approve", summary="Approve the present step of a review")
async def approve_review(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    review_id: ReviewId,
    command: ApproveReview,
) -> ReviewView:
    """After the last step the post may go out. Only for who is asked. Needs `posts:approve`.

    Send the review's version in `If-Match`: without it, a second approval of a member who is asked
    by the next step too approves that one; with it, it is 412 `version.stale`.
    """
    view = await deciding.approve_review(
        session,
        caller,
        review_id,
        command,
        expected_version=version,
        doors=state_of(request).doors,
        now=now,
    )
    return tagged(response, view)


@router.post("/reviews/{review_id}/refuse", summary="Refuse what is reviewed")
async def refuse_review(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    review_id: ReviewId,
    command: RefuseReview,
) -> ReviewView:
    """With words that say what is to be changed. Only for who is asked. Needs `posts:approve`."""
    view = await deciding.refuse_review(
        session, caller, review_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.post("/reviews/{review_id}/remind", summary="Remind those whom a review asks")
async def remind_review(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    review_id: ReviewId,
) -> ReviewView:
    """New links by mail; those before count no longer. Needs the scope `posts:write`."""
    doors = state_of(request).doors
    view = await handing.remind_review(
        session, caller, review_id, expected_version=version, doors=doors, now=now
    )
    return tagged(response, view)


@router.post("/reviews/{review_id}/delegate", summary="Hand the present step of a review over")
async def delegate_review(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    review_id: ReviewId,
    command: DelegateReview,
) -> ReviewView:
    """To somebody who may approve too. Only for who is asked. Needs `posts:approve`."""
    doors = state_of(request).doors
    view = await handing.delegate_review(
        session, caller, review_id, command, expected_version=version, doors=doors, now=now
    )
    return tagged(response, view)


@router.post("/reviews/{review_id}/withdraw", summary="Withdraw a review")
async def withdraw_review(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    review_id: ReviewId,
) -> ReviewView:
    """Nobody is asked any longer. Needs the scope `posts:write`."""
    view = await service.withdraw_review(
        session, caller, review_id, expected_version=version, now=now
    )
    return tagged(response, view)
