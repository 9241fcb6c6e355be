"""/confirm: somebody who is signed in proves again who they are, before a change of just that."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import limits
from api.limits import Limit
from api.pages.browser import let_in, render, require_entry, see
from api.pages.forms import Unfilled, fill, sent
from api.pages.paths import local_path
from api.pages.routes import PageRoute
from api.pages.words import explain, language_of
from api.people.ceremonies import passkey_question
from api.people.fields import Typed
from api.people.mailing import mailing_of
from api.problems import status_of
from api.state import state_of
from domain.kernel.errors import SignInRefused
from domain.kernel.shapes import Command
from domain.people.passkeys import list_passkeys
from domain.people.queries import credentials_of, user_view
from domain.people.reaching import ask_to_sign_in
from domain.people.shapes import Method, SignedIn
from domain.people.sign_ins import renew_sign_in

router = APIRouter(prefix="/confirm", route_class=PageRoute, include_in_schema=False)


class ConfirmForm(Command):
    password: Typed
    next: str = ""


@router.get("")
async def show_confirm(
    request: Request, next_path: Annotated[str, Query(alias="next")] = ""
) -> Response:
    found = await require_entry(request)
    return await _page(request, found, next_path=local_path(next_path))


@router.post("")
async def confirm(request: Request) -> Response:
    found = await require_entry(request)
    try:
        form = fill(request, ConfirmForm)
        return await _confirm(request, found, form)
    except (SignInRefused, Unfilled):
        refused = SignInRefused()
        fault = explain(refused, language_of(request))[0]
        next_path = local_path(sent(request, "next"))
        return await _page(request, found, status_of(refused), next_path=next_path, fault=fault)


@router.post("/link")
async def mail_link(request: Request) -> Response:
    """For those who have neither password nor passkey."""
    found = await require_entry(request)
    async with state_of(request).database.transaction(None) as session:
        person = await user_view(session, found.user_id)
    await limits.hit(request, Limit.LINK, key=person.email)
    async with state_of(request).database.transaction(None) as session:
        await ask_to_sign_in(
            session,
            mailing_of(request),
            found.user_id,
            next_path=local_path(sent(request, "next")),
            now=request.state.now,
        )
    return render(request, "people/look_into_mail.html", email=person.email)


async def _confirm(request: Request, found: SignedIn, form: ConfirmForm) -> Response:
    state = state_of(request)
    async with state.database.transaction(None) as session:
        person = await user_view(session, found.user_id)
        known = await credentials_of(session, person.email)
    await limits.hit(request, Limit.SIGN_IN, key=person.email)
    checked = await state.passwords.check(form.password, known.password_hash if known else None)
    if not checked.is_right:
        await limits.failed(request, Limit.SIGN_IN, key=person.email)
        raise SignInRefused
    async with state.database.transaction(None) as session:
        secret = await renew_sign_in(
            session, found, methods=[Method.PASSWORD], now=request.state.now
        )
    response = see(request, local_path(form.next))
    let_in(request, response, secret)
    await limits.passed(request, response, Limit.SIGN_IN, key=person.email)
    return response


async def _page(
    request: Request, found: SignedIn, status: int = 200, *, next_path: str, fault: str = ""
) -> Response:
    async with state_of(request).database.transaction(None) as session:
        person = await user_view(session, found.user_id)
        has_passkey = bool(await list_passkeys(session, found.user_id))
    return render(
        request,
        "people/confirm.html",
        status,
        person=person,
        question=passkey_question(request) if has_passkey else "",
        next=next_path,
        fault=fault,
    )
