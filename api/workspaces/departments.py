"""/v1/departments."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.kernel.ids import DepartmentId
from domain.kernel.shapes import Page
from domain.workspaces import department_queries, departments
from domain.workspaces.department_shapes import (
    ChangeDepartment,
    CreateDepartment,
    DepartmentView,
)

router = APIRouter(prefix="/v1/departments", tags=["departments"], route_class=TransactionRoute)


@router.get("", summary="List departments")
async def list_departments(
    request: Request, response: Response, session: SessionDep, caller: CallerDep, page: PageDep
) -> Page[DepartmentView]:
    """Needs the scope `members:read`."""
    found = await department_queries.list_departments(session, caller, page)
    return linked(request, response, found)


@router.post("", status_code=HTTPStatus.CREATED, summary="Make a department")
async def create_department(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    command: CreateDepartment,
) -> DepartmentView:
    """Who leads it is in it. Needs the scope `members:write`."""
    view = await departments.create_department(session, caller, command, now=now)
    located(response, "/v1/departments", view)
    return tagged(response, view)


@router.get("/{department_id}", summary="Read a department")
async def get_department(
    response: Response, session: SessionDep, caller: CallerDep, department_id: DepartmentId
) -> DepartmentView:
    """Needs the scope `members:read`."""
    view = await department_queries.get_department(session, caller, department_id)
    return tagged(response, view)


@router.patch("/{department_id}", summary="Change a department")
async def change_department(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    department_id: DepartmentId,
    command: ChangeDepartment,
) -> DepartmentView:
    """Changes only what is sent; a lead who leaves it leads it no longer. Needs `members:write`."""
    view = await departments.change_department(
        session, caller, department_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.delete("/{department_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove a department")
async def remove_department(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    department_id: DepartmentId,
) -> None:
    """Its members stay. Needs the scope `members:write`."""
    await departments.remove_department(
        session, caller, department_id, expected_version=version, now=now
    )
