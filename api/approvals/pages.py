"""/reviews: the page that the link of a mail opens, where who is asked decides."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from api.pages.browser import render
from api.pages.forms import Unfilled, fill, sent
from api.pages.routes import PageRoute
from api.pages.words import fault_words
from api.state import state_of
from domain.approvals.linking import approve_by_link, refuse_by_link, see_review
from domain.approvals.shapes import ApproveReview, RefuseReview
from domain.identity.bearer import BearerKind, workspace_of
from domain.kernel.errors import LinkInvalid
from domain.workspaces.clocks import moment_in

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Secret = Annotated[str, Path(max_length=200)]


@router.get("/reviews/{secret}")
async def show_review(request: Request, secret: Secret) -> Response:
    """What is to be approved; nobody has to sign in."""
    return await _asked(request, secret)


@router.post("/reviews/{secret}")
async def decide(request: Request, secret: Secret) -> Response:
    is_refused = sent(request, "verdict") == "refuse"
    command: RefuseReview | ApproveReview
    try:
        command = fill(request, RefuseReview) if is_refused else fill(request, ApproveReview)
    except Unfilled as error:
        return await _asked(request, secret, 422, faults=fault_words(request, error.fields))
    state, workspace_id = state_of(request), _workspace(secret)
    async with state.database.transaction(workspace_id) as session:
        now = await moment_in(session, workspace_id, request.state.now)
        if isinstance(command, RefuseReview):
            await refuse_by_link(session, secret, command, now=now)
        else:
            await approve_by_link(session, secret, command, doors=state.doors, now=now)
    return render(request, "approvals/decided.html")


async def _asked(
    request: Request, secret: str, status: int = 200, *, faults: dict[str, str] | None = None
) -> Response:
    workspace_id = _workspace(secret)
    async with state_of(request).database.transaction(workspace_id) as session:
        now = await moment_in(session, workspace_id, request.state.now)
        found = await see_review(session, secret, now=now)
    return render(
        request,
        "approvals/review.html",
        status,
        asked=found,
        path=request.url.path,
        words=sent(request, "words") if faults else "",
        fault=(faults or {}).get("words", ""),
    )


def _workspace(secret: str) -> UUID:
    """The workspace that a link names. Raises `LinkInvalid`."""
    found = workspace_of(secret, frozenset({BearerKind.REVIEW}))
    if found is None:
        raise LinkInvalid
    return found
