"""/v1/invitations."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionIfSentDep
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from api.state import state_of
from domain.kernel.ids import InvitationId
from domain.kernel.shapes import Page
from domain.workspaces import invitation_queries, invitations
from domain.workspaces.invitation_rules import InvitationState
from domain.workspaces.invitation_shapes import CreateInvitation, InvitationView
from domain.workspaces.shapes import RenewLink

router = APIRouter(prefix="/v1/invitations", tags=["invitations"], route_class=TransactionRoute)


@router.get("", summary="List invitations")
async def list_invitations(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    page: PageDep,
    state: Annotated[
        list[InvitationState], Query(max_length=4, description="Only in these states.")
    ] = [],  # noqa: B006 - FastAPI copies it
) -> Page[InvitationView]:
    """Needs `members:read`. Addresses are null without `members:personal`."""
    found = await invitation_queries.list_invitations(session, caller, page, states=state, now=now)
    return linked(request, response, found)


@router.post("", status_code=HTTPStatus.CREATED, summary="Invite somebody")
async def create_invitation(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    command: CreateInvitation,
) -> InvitationView:
    """The link goes out by mail, and is followed with that address. Needs `members:write`.

    403 `scope.beyond` for a role or communities that let more be done than the token may do.
    """
    doors = state_of(request).doors
    view = await invitations.create_invitation(session, caller, command, doors=doors, now=now)
    located(response, "/v1/invitations", view)
    return tagged(response, view)


@router.get("/{invitation_id}", summary="Read an invitation")
async def get_invitation(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    invitation_id: InvitationId,
) -> InvitationView:
    """Needs `members:read`. The address is null without `members:personal`."""
    view = await invitation_queries.get_invitation(session, caller, invitation_id, now=now)
    return tagged(response, view)


@router.post("/{invitation_id}/resend", summary="Send an invitation again")
async def resend_invitation(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    invitation_id: InvitationId,
    command: RenewLink,
) -> InvitationView:
    """A new link; the one before counts no longer. Needs `members:write`."""
    doors = state_of(request).doors
    view = await invitations.resend_invitation(
        session, caller, invitation_id, command, doors=doors, now=now
    )
    return tagged(response, view)


@router.post("/{invitation_id}/revoke", summary="Revoke an invitation")
async def revoke_invitation(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    invitation_id: InvitationId,
) -> InvitationView:
    """Its link counts no longer. Needs `members:write`."""
    view = await invitations.revoke_invitation(
        session, caller, invitation_id, expected_version=version, now=now
    )
    return tagged(response, view)
