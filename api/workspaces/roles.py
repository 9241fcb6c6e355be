"""/v1/roles and /v1/role-templates."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.kernel.ids import RoleId
from domain.kernel.shapes import Page
from domain.workspaces import custom_roles
from domain.workspaces.role_shapes import ChangeRole, CreateRole, RoleTemplatesView, RoleView

router = APIRouter(prefix="/v1", tags=["roles"], route_class=TransactionRoute)


@router.get("/role-templates", summary="List role templates")
async def list_role_templates(caller: CallerDep) -> RoleTemplatesView:
    """A short list that is the same for everyone. Needs the scope `members:read`."""
    return RoleTemplatesView(data=custom_roles.list_templates(caller))


@router.get("/roles", summary="List custom roles")
async def list_roles(
    request: Request, response: Response, session: SessionDep, caller: CallerDep, page: PageDep
) -> Page[RoleView]:
    """Needs the scope `members:read`."""
    found = await custom_roles.list_roles(session, caller, page)
    return linked(request, response, found)


@router.post("/roles", status_code=HTTPStatus.CREATED, summary="Make a custom role")
async def create_role(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, command: CreateRole
) -> RoleView:
    """403 `scope.beyond` for a scope that the token lacks. Needs `administration`."""
    view = await custom_roles.create_role(session, caller, command, now=now)
    located(response, "/v1/roles", view)
    return tagged(response, view)


@router.get("/roles/{role_id}", summary="Read a custom role")
async def get_role(
    response: Response, session: SessionDep, caller: CallerDep, role_id: RoleId
) -> RoleView:
    """Needs the scope `members:read`."""
    view = await custom_roles.get_role(session, caller, role_id)
    return tagged(response, view)


@router.patch("/roles/{role_id}", summary="Change a custom role")
async def change_role(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    role_id: RoleId,
    command: ChangeRole,
) -> RoleView:
    """Changes only what is sent, at once for all who have it. Needs `administration`.

    Mentions, checks and reviews that they may no longer see are theirs no longer.
    """
    view = await custom_roles.change_role(
        session, caller, role_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.delete(
    "/roles/{role_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove a custom role"
)
async def remove_role(
    session: SessionDep, caller: CallerDep, now: NowDep, version: VersionIfSentDep, role_id: RoleId
) -> None:
    """409 `in_use` while a member has it or is invited to it. Needs `administration`."""
    await custom_roles.remove_role(session, caller, role_id, expected_version=version, now=now)
