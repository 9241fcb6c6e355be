"""/account/password and /account/email: what somebody signs in with, changed by themselves."""

from fastapi import APIRouter, Request, Response

from api import limits
from api.limits import Limit
from api.pages.browser import render, require_fresh, require_sign_in, see
from api.pages.forms import Unfilled, fill, sent
from api.pages.routes import PageRoute
from api.pages.words import fault_words
from api.people.fields import Typed
from api.people.mailing import mailing_of
from api.state import state_of
from domain.kernel.errors import PasswordWeak
from domain.kernel.shapes import Command
from domain.people.queries import user_view
from domain.people.reaching import ask_to_change, ask_to_verify
from domain.people.service import change_password
from domain.people.shapes import Email, UserView

router = APIRouter(prefix="/account", route_class=PageRoute, include_in_schema=False)


class PasswordForm(Command):
    password: Typed


class EmailForm(Command):
    email: Email


@router.get("/password")
async def show_password(request: Request) -> Response:
    person = await _fresh_person(request)
    return render(request, "people/password.html", person=person)


@router.post("/password")
async def set_password(request: Request) -> Response:
    found, person = await require_fresh(request), await _fresh_person(request)
    state = state_of(request)
    try:
        form = fill(request, PasswordForm)
        own_words = [person.name, person.email]
        hashed = await state.passwords.hash(form.password, own_words=own_words)
    except (Unfilled, PasswordWeak):
        faults = fault_words(request, ["password"])
        return render(request, "people/password.html", 422, person=person, faults=faults)
    async with state.database.transaction(None) as session:
        await change_password(session, mailing_of(request), found, hashed, now=request.state.now)
    return see(request, "/account?done=password")


@router.get("/email")
async def show_email(request: Request) -> Response:
    person = await _fresh_person(request)
    return render(request, "people/email.html", person=person, email="")


@router.post("/email")
async def ask_for_email(request: Request) -> Response:
    person = await _fresh_person(request)
    try:
        form = fill(request, EmailForm)
    except Unfilled as error:
        return render(
            request,
            "people/email.html",
            422,
            person=person,
            email=sent(request, "email"),
            faults=fault_words(request, error.fields),
        )
    await limits.hit(request, Limit.LINK, key=form.email)
    async with state_of(request).database.transaction(None) as session:
        await ask_to_change(
            session, mailing_of(request), person.id, email=form.email, now=request.state.now
        )
    return see(request, "/account?done=email_asked")


@router.post("/verify")
async def ask_for_proof(request: Request) -> Response:
    found, database = await require_sign_in(request), state_of(request).database
    async with database.transaction(None) as session:
        person = await user_view(session, found.user_id)
    await limits.hit(request, Limit.LINK, key=person.email)
    async with database.transaction(None) as session:
        await ask_to_verify(session, mailing_of(request), person.id, now=request.state.now)
    return see(request, "/account?done=verify_asked")


async def _fresh_person(request: Request) -> UserView:
    found = await require_fresh(request)
    async with state_of(request).database.transaction(None) as session:
        return await user_view(session, found.user_id)
