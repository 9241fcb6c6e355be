"""/link: the page that a link in a mail opens. Opening uses nothing up; its button does."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.pages.browser import render, see
from api.pages.forms import Unfilled, fill, sent
from api.pages.routes import PageRoute
from api.pages.words import fault_words, language_of
from api.people.admission import admit
from api.people.fields import Typed
from api.people.mailing import mailing_of
from api.state import state_of
from domain.kernel.errors import PasswordWeak
from domain.kernel.shapes import Command
from domain.people.by_link import (
    change_email_by_link,
    reset_by_link,
    sign_in_by_link,
    sign_up_by_link,
    verify_by_link,
)
from domain.people.links import read_link
from domain.people.queries import user_view
from domain.people.shapes import Link, Method, Name, Purpose

router = APIRouter(route_class=PageRoute, include_in_schema=False)
TokenQuery = Annotated[str, Query(max_length=200)]


class PasswordForm(Command):
    password: Typed


class PersonForm(Command):
    name: Name
    password: Typed


@router.get("/link")
async def show_link(request: Request, token: TokenQuery = "") -> Response:
    return _page(request, await _read(request, token), token)


@router.post("/link")
async def follow_link(request: Request, token: TokenQuery = "") -> Response:
    link = await _read(request, token)
    try:
        return await FOLLOW[link.purpose](request, link, token)
    except Unfilled as error:
        fields = error.fields
    except PasswordWeak:
        fields = {"password"}
    return _page(request, link, token, 422, faults=fault_words(request, fields))


async def _read(request: Request, token: str) -> Link:
    async with state_of(request).database.transaction(None) as session:
        return await read_link(session, token, now=request.state.now)


async def _sign_in(request: Request, _link: Link, token: str) -> Response:
    async with state_of(request).database.transaction(None) as session:
        user_id, next_path = await sign_in_by_link(session, token, now=request.state.now)
    return await admit(request, user_id, [Method.LINK], next_path)


async def _sign_up(request: Request, link: Link, token: str) -> Response:
    form, state = fill(request, PersonForm), state_of(request)
    hashed = await state.passwords.hash(form.password, own_words=[form.name, link.email])
    async with state.database.transaction(None) as session:
        made, next_path = await sign_up_by_link(
            session,
            token,
            name=form.name,
            language=language_of(request),
            password_hash=hashed,
            now=request.state.now,
        )
    return await admit(request, made.id, [Method.LINK], next_path)


async def _reset(request: Request, link: Link, token: str) -> Response:
    form, state = fill(request, PasswordForm), state_of(request)
    hashed = await state.passwords.hash(form.password, own_words=await _own_words(request, link))
    async with state.database.transaction(None) as session:
        user_id, next_path = await reset_by_link(
            session, mailing_of(request), token, password_hash=hashed, now=request.state.now
        )
    return await admit(request, user_id, [Method.LINK], next_path)


async def _own_words(request: Request, link: Link) -> list[str]:
    if link.user_id is None:
        return [link.email]
    async with state_of(request).database.transaction(None) as session:
        return [link.email, (await user_view(session, link.user_id)).name]


async def _verify(request: Request, _link: Link, token: str) -> Response:
    async with state_of(request).database.transaction(None) as session:
        await verify_by_link(session, token, now=request.state.now)
    return see(request, "/account?done=verify")


async def _change_email(request: Request, _link: Link, token: str) -> Response:
    async with state_of(request).database.transaction(None) as session:
        await change_email_by_link(session, mailing_of(request), token, now=request.state.now)
    return see(request, "/account?done=email")


FOLLOW = {
    Purpose.SIGN_IN: _sign_in,
    Purpose.SIGN_UP: _sign_up,
    Purpose.RESET: _reset,
    Purpose.VERIFY: _verify,
    Purpose.CHANGE_EMAIL: _change_email,
}


def _page(
    request: Request,
    link: Link,
    token: str,
    status: int = 200,
    *,
    faults: dict[str, str] | None = None,
) -> Response:
    name = sent(request, "name") if faults else ""
    return render(
        request,
        "people/link.html",
        status,
        purpose=link.purpose.value,
        email=link.email,
        token=token,
        name=name,
        faults=faults or {},
    )
