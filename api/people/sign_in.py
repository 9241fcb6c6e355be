"""/sign-in and /sign-out: who somebody is, proved by an e-mail address and a password."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import limits
from api.limits import Limit
from api.pages.browser import entered, let_out, render, see, signed_in
from api.pages.forms import Unfilled, fill, sent
from api.pages.paths import local_path
from api.pages.routes import PageRoute
from api.pages.words import explain, language_of
from api.people.admission import admit
from api.people.ceremonies import passkey_question
from api.people.fields import Address, Typed
from api.problems import status_of
from api.state import state_of
from domain.kernel.errors import SignInRefused
from domain.kernel.shapes import Command
from domain.people.queries import credentials_of
from domain.people.service import renew_hash
from domain.people.shapes import Method
from domain.people.sign_ins import end_sign_in

router = APIRouter(route_class=PageRoute, include_in_schema=False)


class SignInForm(Command):
    email: Address
    password: Typed
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
    return _page(request, 200, next_path=target, email=hint)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    try:
        form = fill(request, SignInForm)
        return await _sign_in(request, form)
    except (SignInRefused, Unfilled) as error:
        refused = error if isinstance(error, SignInRefused) else SignInRefused()
        return _page(
            request,
            status_of(refused),
            next_path=local_path(sent(request, "next")),
            email=sent(request, "email"),
            fault=explain(refused, language_of(request))[0],
        )


async def _sign_in(request: Request, form: SignInForm) -> Response:
    state = state_of(request)
    await limits.hit(request, Limit.SIGN_IN, key=form.email)
    async with state.database.transaction(None) as session:
        found = await credentials_of(session, form.email)
    # No connection is held while the password is weighed.
    checked = await state.passwords.check(form.password, found.password_hash if found else None)
    if found is None or not checked.is_right:
        await limits.failed(request, Limit.SIGN_IN, key=form.email)
        raise SignInRefused
    if checked.renewed is not None:
        async with state.database.transaction(None) as session:
            await renew_hash(session, found.user_id, checked.renewed)
    response = await admit(request, found.user_id, [Method.PASSWORD], form.next)
    await limits.passed(request, response, Limit.SIGN_IN, key=form.email)
    return response


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    found = await entered(request)
    if found is not None:
        async with state_of(request).database.transaction(None) as session:
            await end_sign_in(session, found.user_id, found.sign_in_id)
    response = see(request, "/sign-in")
    let_out(request, response)
    return response


def _page(
    request: Request, status: int, *, next_path: str, email: str, fault: str = ""
) -> Response:
    return render(
        request,
        "people/sign_in.html",
        status,
        next=next_path,
        email=email,
        fault=fault,
        may_sign_up=state_of(request).settings.sign_up,
        question=passkey_question(request),
    )
