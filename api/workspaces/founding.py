"""/account/workspaces: the workspaces somebody may enter, and founding one of their own."""

from fastapi import APIRouter, Request, Response

from api.pages.browser import render, require_sign_in, see
from api.pages.forms import Unfilled, fill, sent
from api.pages.routes import PageRoute
from api.pages.words import fault_words
from api.state import state_of
from domain.kernel.errors import NotFound
from domain.kernel.ids import new_id
from domain.people.shapes import SignedIn
from domain.workspaces.founding import found_workspace
from domain.workspaces.queries import memberships
from domain.workspaces.shapes import FoundWorkspace

PATH = "/account/workspaces"
router = APIRouter(prefix=PATH, route_class=PageRoute, include_in_schema=False)


@router.get("")
async def show_workspaces(request: Request) -> Response:
    return await _page(request, await require_sign_in(request))


@router.post("")
async def found(request: Request) -> Response:
    """Open where people may make accounts of their own (`SIGN_UP`)."""
    person, state, workspace_id = await require_sign_in(request), state_of(request), new_id()
    if not state.settings.sign_up:
        raise NotFound("page")
    try:
        command = fill(request, FoundWorkspace)
    except Unfilled as error:
        return await _page(request, person, 422, faults=fault_words(request, error.fields))
    async with state.database.transaction(workspace_id) as session:
        await found_workspace(session, workspace_id, person.user_id, command, now=request.state.now)
    return see(request, PATH)


async def _page(
    request: Request,
    person: SignedIn,
    status: int = 200,
    *,
    faults: dict[str, str] | None = None,
) -> Response:
    async with state_of(request).database.transaction(None) as session:
        seats = await memberships(session, person.user_id)
    return render(
        request,
        "workspaces/own.html",
        status,
        seats=seats,
        is_open=state_of(request).settings.sign_up,
        name=sent(request, "name") if faults else "",
        faults=faults or {},
    )
