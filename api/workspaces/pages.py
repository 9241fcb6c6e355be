"""/invitations and /expert: the pages that links to people from outside open."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from api.pages.browser import render, require_sign_in, signed_in
from api.pages.forms import Unfilled, fill, sent
from api.pages.paths import with_next
from api.pages.routes import PageRoute
from api.pages.words import fault_words
from api.state import state_of
from api.workspaces.subjects import find_subject
from domain.identity.bearer import BearerKind, workspace_of
from domain.kernel.errors import LinkInvalid
from domain.workspaces.accepting import accept_invitation, see_invitation
from domain.workspaces.advising import answer_request, see_request
from domain.workspaces.expert_shapes import AnswerExpert
from domain.workspaces.invitation_shapes import InvitationSeen

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Secret = Annotated[str, Path(max_length=200)]


@router.get("/invitations/{secret}")
async def show_invitation(request: Request, secret: Secret) -> Response:
    """Whose workspace it is and as what; who is signed in may accept."""
    found = await _invitation(request, secret)
    person = await signed_in(request)
    return render(
        request,
        "workspaces/invitation.html",
        invitation=found,
        path=request.url.path,
        is_signed_in=person is not None,
        sign_in=with_next("/sign-in", request.url.path),
        sign_up=with_next("/sign-up", request.url.path),
    )


@router.post("/invitations/{secret}")
async def accept(request: Request, secret: Secret) -> Response:
    person = await require_sign_in(request)
    found = await _invitation(request, secret)
    workspace_id = _workspace(secret, BearerKind.INVITATION)
    async with state_of(request).database.transaction(workspace_id) as session:
        await accept_invitation(
            session, workspace_id, secret, person.user_id, now=request.state.now
        )
    return render(request, "workspaces/joined.html", invitation=found)


@router.get("/expert/{secret}")
async def show_request(request: Request, secret: Secret) -> Response:
    """The question and what it is about; nobody has to sign in."""
    return await _question(request, secret)


@router.post("/expert/{secret}")
async def answer(request: Request, secret: Secret) -> Response:
    try:
        command = fill(request, AnswerExpert)
    except Unfilled as error:
        return await _question(request, secret, 422, faults=fault_words(request, error.fields))
    workspace_id = _workspace(secret, BearerKind.EXPERT)
    async with state_of(request).database.transaction(workspace_id) as session:
        await answer_request(session, secret, command, now=request.state.now)
    return render(request, "workspaces/answered.html")


async def _invitation(request: Request, secret: str) -> InvitationSeen:
    workspace_id = _workspace(secret, BearerKind.INVITATION)
    async with state_of(request).database.transaction(workspace_id) as session:
        return await see_invitation(session, workspace_id, secret, now=request.state.now)


async def _question(
    request: Request, secret: str, status: int = 200, *, faults: dict[str, str] | None = None
) -> Response:
    workspace_id = _workspace(secret, BearerKind.EXPERT)
    async with state_of(request).database.transaction(workspace_id) as session:
        found = await see_request(session, secret, find_subject=find_subject, now=request.state.now)
    return render(
        request,
        "workspaces/expert.html",
        status,
        asked=found,
        path=request.url.path,
        answer=sent(request, "answer") if faults else "",
        fault=(faults or {}).get("answer", ""),
    )


def _workspace(secret: str, kind: BearerKind) -> UUID:
    """The workspace that a link names. Raises `LinkInvalid`."""
    found = workspace_of(secret, frozenset({kind}))
    if found is None:
        raise LinkInvalid
    return found
