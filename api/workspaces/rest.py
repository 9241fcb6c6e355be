"""/v1/workspace, its members, and /v1/me."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.kernel.ids import CommunityId, MemberId
from domain.kernel.shapes import Page
from domain.workspaces import ownership, queries, service
from domain.workspaces.shapes import (
    ChangeMember,
    ChangeWorkspace,
    CreateMember,
    MemberView,
    MeView,
    Role,
    TransferOwnership,
    WorkspaceView,
)

router = APIRouter(prefix="/v1", tags=["workspace"], route_class=TransactionRoute)


@router.get("/me", summary="Read who the token acts for, and what it may do")
async def get_me(session: SessionDep, caller: CallerDep) -> MeView:
    """Any token may ask. Name and e-mail address need the scope `members:personal`."""
    return await queries.get_me(session, caller)


@router.get("/workspace", summary="Read the workspace of the token")
async def get_workspace(
    response: Response, session: SessionDep, caller: CallerDep
) -> WorkspaceView:
    """Needs the scope `workspace:read`."""
    view = await queries.get_workspace(session, caller)
    return tagged(response, view)


@router.patch("/workspace", summary="Change the workspace")
async def change_workspace(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    command: ChangeWorkspace,
) -> WorkspaceView:
    """Changes only what is sent. Needs the scope `workspace:write`."""
    view = await service.change_workspace(
        session, caller, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.post("/workspace/transfer", summary="Give the workspace to another member")
async def transfer_ownership(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    command: TransferOwnership,
) -> WorkspaceView:
    """The other becomes an owner, the owner who asks a manager. Needs `administration`.

    403 `scope.beyond` unless the token may do all that an owner may.
    """
    view = await ownership.transfer_ownership(session, caller, command, now=now)
    return tagged(response, view)


@router.get("/members", summary="List members")
async def list_members(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    role: Annotated[list[Role], Query(max_length=10, description="Only these roles.")] = [],  # noqa: B006 - FastAPI copies it
    community_id: Annotated[
        list[CommunityId],
        Query(
            max_length=50,
            description="Only those who see one of these communities; who sees all is among them.",
        ),
    ] = [],  # noqa: B006 - as above
) -> Page[MemberView]:
    """Needs `members:read`. Names and e-mail addresses are null without `members:personal`."""
    found = await queries.list_members(
        session, caller, page, roles=role, community_ids=community_id
    )
    return linked(request, response, found)


@router.post("/members", status_code=HTTPStatus.CREATED, summary="Add a member")
async def create_member(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, command: CreateMember
) -> MemberView:
    """Somebody whom nobody signs in as, until they are invited. Needs `members:write`.

    403 `scope.beyond` for a role or communities that let more be done than the token may do.
    """
    view = await service.create_member(session, caller, command, now=now)
    located(response, "/v1/members", view)
    return tagged(response, view)


@router.get("/members/{member_id}", summary="Read a member")
async def get_member(
    response: Response, session: SessionDep, caller: CallerDep, member_id: MemberId
) -> MemberView:
    """Needs `members:read`. Name and e-mail address are null without `members:personal`."""
    view = await queries.get_member(session, caller, member_id)
    return tagged(response, view)


@router.patch("/members/{member_id}", summary="Change a member")
async def change_member(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    member_id: MemberId,
    command: ChangeMember,
) -> MemberView:
    """Changes only what is sent, at once for all their tokens. Needs `members:write`.

    Mentions, checks and reviews that they may no longer see are theirs no longer.

    403 `scope.beyond` when the member may do more than the token, before or after; 409
    `owner.last` for the last owner.
    """
    view = await service.change_member(
        session, caller, member_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.delete("/members/{member_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove a member")
async def remove_member(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    member_id: MemberId,
) -> None:
    """Their tokens, keys and grants end with it. Needs `members:write`.

    Nothing is assigned to them any more, and no department or idea names them.

    403 `scope.beyond` when the member may do more than the token; 409 `owner.last` for the last
    owner.
    """
    await service.remove_member(session, caller, member_id, expected_version=version, now=now)
