"""/account: a person's own page, their name and language."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.pages.browser import render, require_sign_in, see
from api.pages.cookies import LANGUAGE, LANGUAGE_KEPT_S, set_cookie
from api.pages.forms import Unfilled, fill
from api.pages.routes import PageRoute
from api.pages.words import NAMES, fault_words
from api.state import state_of
from domain.people.queries import user_view
from domain.people.service import change_profile
from domain.people.shapes import ChangeProfile, SignedIn

router = APIRouter(prefix="/account", route_class=PageRoute, include_in_schema=False)
DONE = frozenset(
    {"profile", "password", "verify", "verify_asked", "email", "email_asked", "app_removed"}
)


@router.get("")
async def show_account(
    request: Request, done: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """`done` names what was just changed, to say so."""
    found = await require_sign_in(request)
    return await _page(request, found, done=done if done in DONE else "")


@router.post("")
async def change_account(request: Request) -> Response:
    found = await require_sign_in(request)
    try:
        command = fill(request, ChangeProfile)
    except Unfilled as error:
        return await _page(request, found, 422, faults=fault_words(request, error.fields))
    async with state_of(request).database.transaction(None) as session:
        await change_profile(session, found.user_id, command, now=request.state.now)
    response = see(request, "/account?done=profile")
    set_cookie(request, response, LANGUAGE, command.language, lasts_s=LANGUAGE_KEPT_S)
    return response


async def _page(
    request: Request,
    found: SignedIn,
    status: int = 200,
    *,
    done: str = "",
    faults: dict[str, str] | None = None,
) -> Response:
    async with state_of(request).database.transaction(None) as session:
        person = await user_view(session, found.user_id)
    return render(
        request,
        "people/account.html",
        status,
        person=person,
        names=NAMES,
        done=done,
        faults=faults or {},
    )
