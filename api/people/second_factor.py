"""/sign-in/code: the second factor, after the first; until then nobody is signed in."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import limits
from api.limits import Limit
from api.pages.browser import Elsewhere, let_in, lifetimes, render, see
from api.pages.cookies import SIGN_IN, read_cookie
from api.pages.forms import sent
from api.pages.paths import local_path, with_next
from api.pages.routes import PageRoute
from api.pages.words import explain, language_of
from api.problems import status_of
from api.state import state_of
from domain.kernel.errors import CodeRefused
from domain.people.codes import check_code
from domain.people.queries import user_view
from domain.people.shapes import SignedIn
from domain.people.sign_ins import complete_sign_in, find_awaiting

router = APIRouter(prefix="/sign-in/code", route_class=PageRoute, include_in_schema=False)
LONGEST = 100


@router.get("")
async def show_code(
    request: Request, next_path: Annotated[str, Query(alias="next")] = ""
) -> Response:
    target = local_path(next_path)
    await _awaiting(request, target)
    return render(request, "people/code.html", next=target)


@router.post("")
async def send_code(request: Request) -> Response:
    target = local_path(sent(request, "next"))
    awaiting = await _awaiting(request, target)
    key = str(awaiting.user_id)
    await limits.hit(request, Limit.SECOND_FACTOR, key=key)
    try:
        secret, email = await _complete(request, awaiting)
    except CodeRefused as error:
        await limits.failed(request, Limit.SECOND_FACTOR, key=key)
        fault = explain(error, language_of(request))[0]
        return render(request, "people/code.html", status_of(error), next=target, fault=fault)
    response = see(request, target)
    let_in(request, response, secret)
    await limits.passed(request, response, Limit.SECOND_FACTOR, key=key)
    await limits.passed(request, response, Limit.SIGN_IN, key=email)
    return response


async def _complete(request: Request, awaiting: SignedIn) -> tuple[str, str]:
    """The new secret, and the address the person signs in with."""
    state, now = state_of(request), request.state.now
    async with state.database.transaction(None) as session:
        code = sent(request, "code")[:LONGEST]
        method = await check_code(session, state.keys, awaiting.user_id, code, now=now)
        lasts = lifetimes(state.settings)
        secret = await complete_sign_in(session, awaiting, method=method, lifetimes=lasts, now=now)
        return secret, (await user_view(session, awaiting.user_id)).email


async def _awaiting(request: Request, target: str) -> SignedIn:
    """Who is to send a code; others begin with the first factor."""
    secret = read_cookie(request, SIGN_IN)
    if secret is not None:
        async with state_of(request).database.transaction(None) as session:
            found = await find_awaiting(session, secret, now=request.state.now)
        if found is not None:
            return found
    raise Elsewhere(with_next("/sign-in", target))
