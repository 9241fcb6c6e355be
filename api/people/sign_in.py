"""/sign-in and /sign-out: who somebody is, proved by an e-mail address and a password."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, StringConstraints

from api.pages.browser import browser_of, let_in, let_out, lifetimes, render, see, signed_in
from api.pages.forms import Unfilled, fill
from api.pages.paths import local_path
from api.pages.routes import PageRoute
from api.pages.words import explain, language_of
from api.problems import status_of
from api.state import state_of
from domain.kernel.errors import SignInRefused
from domain.kernel.shapes import Command
from domain.people.queries import credentials_of
from domain.people.service import keep_password
from domain.people.shapes import Method
from domain.people.sign_ins import begin_sign_in, end_sign_in

router = APIRouter(route_class=PageRoute, include_in_schema=False)


class SignInForm(Command):
    email: str = Field(min_length=1, max_length=254)
    password: Annotated[
        str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1000)
    ]
    next: str = ""


@router.get("/sign-in")
async def show_sign_in(
    request: Request,
    next_path: Annotated[str, Query(alias="next")] = "",
    hint: Annotated[str, Query(max_length=254)] = "",
) -> Response:
    """`next` is where to go afterwards, `hint` an address to begin with."""
    target = local_path(next_path)
    if await signed_in(request) is not None:
        return see(request, target)
    return render(request, "people/sign_in.html", next=target, email=hint, fault="")


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    try:
        form = fill(request, SignInForm)
        return await _sign_in(request, form)
    except (SignInRefused, Unfilled) as error:
        refused = error if isinstance(error, SignInRefused) else SignInRefused()
        sent = request.state.form
        return render(
            request,
            "people/sign_in.html",
            status_of(refused),
            next=local_path(str(sent.get("next", ""))),
            email=str(sent.get("email", "")),
            fault=explain(refused, language_of(request))[0],
        )


async def _sign_in(request: Request, form: SignInForm) -> Response:
    state, now = state_of(request), request.state.now
    async with state.database.transaction(None) as session:
        found = await credentials_of(session, form.email)
    # No connection is held while the password is weighed.
    checked = await state.passwords.check(form.password, found.password_hash if found else None)
    if found is None or not checked.is_right:
        raise SignInRefused
    async with state.database.transaction(None) as session:
        if checked.renewed is not None:
            await keep_password(session, found.user_id, checked.renewed, now=now)
        secret = await begin_sign_in(
            session,
            found.user_id,
            methods=[Method.PASSWORD],
            browser=browser_of(request),
            lifetimes=lifetimes(state.settings),
            now=now,
        )
    response = see(request, local_path(form.next))
    let_in(request, response, secret)
    return response


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    found = await signed_in(request)
    if found is not None:
        async with state_of(request).database.transaction(None) as session:
            await end_sign_in(session, found.user_id, found.sign_in_id)
    response = see(request, "/sign-in")
    let_out(request, response)
    return response
