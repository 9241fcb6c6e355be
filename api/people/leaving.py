"""/account/delete: somebody goes, and everything of them with them."""

from fastapi import APIRouter, Request, Response

from api.pages.browser import let_out, render, require_fresh
from api.pages.routes import PageRoute
from api.state import state_of
from domain.people.service import erase_user
from domain.people.shapes import SignedIn
from domain.providers.attempts import forget_person
from domain.workspaces.leaving import is_last_owner, leave
from domain.workspaces.queries import memberships
from domain.workspaces.shapes import Membership

router = APIRouter(prefix="/account/delete", route_class=PageRoute, include_in_schema=False)


@router.get("")
async def show_delete(request: Request) -> Response:
    """Which workspaces are left, and which of them would be nobody's."""
    return await _page(request, await require_fresh(request))


@router.post("")
async def delete(request: Request) -> Response:
    """All seats or none, while nobody else changes them; told to whoever it would leave alone.

    Cut off in the midst, it can be asked for again: the account goes last.
    """
    found, database = await require_fresh(request), state_of(request).database
    seats = await _seats(request, found)
    if await _held(request, seats):
        return await _page(request, found, 409)
    for seat in seats:
        async with database.transaction(seat.workspace_id) as session:
            await leave(session, seat, now=request.state.now)
            await forget_person(session, seat.workspace_id, found.user_id)
    async with database.transaction(None) as session:
        await erase_user(session, found.user_id)
    request.state.signed_in = None
    response = render(request, "people/gone.html")
    let_out(request, response)
    return response


async def _seats(request: Request, found: SignedIn) -> list[Membership]:
    async with state_of(request).database.transaction(None) as session:
        return await memberships(session, found.user_id)


async def _held(request: Request, seats: list[Membership]) -> list[Membership]:
    """The seats that cannot end: nobody else owns their workspaces."""
    held = []
    for seat in seats:
        async with state_of(request).database.transaction(seat.workspace_id) as session:
            if await is_last_owner(session, seat):
                held.append(seat)
    return held


async def _page(request: Request, found: SignedIn, status: int = 200) -> Response:
    seats = await _seats(request, found)
    held = await _held(request, seats)
    return render(request, "people/delete.html", status, seats=seats, held=held)
