"""/v1/workspace and its members."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.paging import link_next, located, tag
from api.routes import TransactionRoute
from domain.kernel.ids import MemberId
from domain.kernel.shapes import Page
from domain.workspaces import queries, service
from domain.workspaces.shapes import (
    ChangeMember,
    ChangeWorkspace,
    CreateMember,
    MemberView,
    Role,
    WorkspaceView,
)

router = APIRouter(prefix="/v1", tags=["workspace"], route_class=TransactionRoute)


@router.get("/workspace", summary="Read the workspace of the token")
async def get_workspace(
    response: Response, session: SessionDep, caller: CallerDep
) -> WorkspaceView:
    """Needs the scope `workspace:read`."""
    view = await queries.get_workspace(session, caller)
    tag(response, view.version)
    return view


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
    tag(response, view.version)
    return view


@router.get("/members", summary="List members")
async def list_members(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    role: Annotated[list[Role], Query(max_length=10, description="Only these roles.")] = [],  # noqa: B006 - FastAPI copies it
) -> Page[MemberView]:
    """Needs the scope `members:read`."""
    found = await queries.list_members(session, caller, page, roles=role)
    link_next(request, response, found)
    return found


@router.post("/members", status_code=HTTPStatus.CREATED, summary="Add a member")
async def create_member(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, command: CreateMember
) -> MemberView:
    """Needs the scope `members:write`."""
    view = await service.create_member(session, caller, command, now=now)
    tag(response, view.version)
    located(response, "/v1/members", view)
    return view


@router.get("/members/{member_id}", summary="Read a member")
async def get_member(
    response: Response, session: SessionDep, caller: CallerDep, member_id: MemberId
) -> MemberView:
    """Needs the scope `members:read`."""
    view = await queries.get_member(session, caller, member_id)
    tag(response, view.version)
    return view


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
    """Changes only what is sent. Needs the scope `members:write`."""
    view = await service.change_member(
        session, caller, member_id, command, expected_version=version, now=now
    )
    tag(response, view.version)
    return view


@router.delete("/members/{member_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove a member")
async def remove_member(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    member_id: MemberId,
) -> None:
    """Needs the scope `members:write`."""
    await service.remove_member(session, caller, member_id, expected_version=version, now=now)
