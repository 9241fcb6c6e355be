"""/account/sign-ins: the browsers in which somebody is signed in, each to be ended."""

from fastapi import APIRouter, Request, Response

from api.pages.browser import let_out, lifetimes, render, require_sign_in, see
from api.pages.forms import sent
from api.pages.routes import PageRoute
from api.state import state_of
from domain.kernel.ids import read
from domain.people import sign_ins

router = APIRouter(prefix="/account/sign-ins", route_class=PageRoute, include_in_schema=False)


@router.get("")
async def show_sign_ins(request: Request) -> Response:
    found, state = await require_sign_in(request), state_of(request)
    async with state.database.transaction(None) as session:
        kept = await sign_ins.list_sign_ins(
            session, found.user_id, lifetimes=lifetimes(state.settings), now=request.state.now
        )
    return render(request, "people/sign_ins.html", kept=kept, here=found.sign_in_id)


@router.post("/end")
async def end_one(request: Request) -> Response:
    found, ended = await require_sign_in(request), read("sin", sent(request, "id"))
    async with state_of(request).database.transaction(None) as session:
        await sign_ins.end_sign_in(session, found.user_id, ended)
    if ended != found.sign_in_id:
        return see(request, "/account/sign-ins")
    response = see(request, "/sign-in")
    let_out(request, response)
    return response


@router.post("/end-others")
async def end_others(request: Request) -> Response:
    found = await require_sign_in(request)
    async with state_of(request).database.transaction(None) as session:
        await sign_ins.end_sign_ins(session, found.user_id, but=found.sign_in_id)
    return see(request, "/account/sign-ins")
