"""/sign-up and /forgot: who asks for a link is told to look into their mail, whoever they are."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import limits
from api.limits import Limit
from api.pages.browser import render
from api.pages.forms import Unfilled, fill, sent
from api.pages.paths import local_path
from api.pages.routes import PageRoute
from api.pages.words import fault_words, language_of
from api.people.mailing import mailing_of
from api.state import state_of
from domain.identity.bearer import BearerKind, workspace_of
from domain.kernel.errors import RouteUnknown
from domain.kernel.shapes import Command
from domain.people.reaching import FOR_ALL, FOR_INVITED, write_to_address
from domain.people.shapes import Email, Purpose
from domain.workspaces.accepting import see_invitation

router = APIRouter(route_class=PageRoute, include_in_schema=False)
NextQuery = Annotated[str, Query(alias="next")]
HintQuery = Annotated[str, Query(max_length=254)]
"""An address to begin with."""
INVITATIONS = "/invitations/"
WANTED = {Purpose.SIGN_UP: "sign_up", Purpose.RESET: "forgot"}


class AddressForm(Command):
    email: Email
    next: str = ""


@router.get("/sign-up")
async def show_sign_up(
    request: Request, next_path: NextQuery = "", hint: HintQuery = ""
) -> Response:
    await _check_open(request, next_path)
    return _page(request, Purpose.SIGN_UP, next_path=local_path(next_path), email=hint)


@router.post("/sign-up")
async def sign_up(request: Request) -> Response:
    await _check_open(request, sent(request, "next"))
    return await _write(request, Purpose.SIGN_UP)


@router.get("/forgot")
async def show_forgot(
    request: Request, next_path: NextQuery = "", hint: HintQuery = ""
) -> Response:
    return _page(request, Purpose.RESET, next_path=local_path(next_path), email=hint)


@router.post("/forgot")
async def forgot(request: Request) -> Response:
    return await _write(request, Purpose.RESET)


async def _write(request: Request, wanted: Purpose) -> Response:
    try:
        form = fill(request, AddressForm)
    except Unfilled as error:
        return _page(
            request,
            wanted,
            422,
            next_path=local_path(sent(request, "next")),
            email=sent(request, "email"),
            faults=fault_words(request, error.fields),
        )
    await limits.hit(request, Limit.LINK, key=form.email)
    async with state_of(request).database.transaction(None) as session:
        await write_to_address(
            session,
            mailing_of(request),
            FOR_ALL if state_of(request).settings.sign_up else FOR_INVITED,
            wanted,
            email=form.email,
            language=language_of(request),
            next_path=local_path(form.next),
            now=request.state.now,
        )
    return render(request, "people/look_into_mail.html", email=form.email)


async def _check_open(request: Request, next_path: str) -> None:
    """Raises `RouteUnknown` where accounts are for invited people alone, and this is none."""
    if state_of(request).settings.sign_up:
        return
    secret = next_path.removeprefix(INVITATIONS)
    workspace_id = workspace_of(secret, frozenset({BearerKind.INVITATION}))
    if workspace_id is None or not next_path.startswith(INVITATIONS):
        raise RouteUnknown
    async with state_of(request).database.transaction(workspace_id) as session:
        await see_invitation(session, workspace_id, secret, now=request.state.now)


def _page(
    request: Request,
    wanted: Purpose,
    status: int = 200,
    *,
    next_path: str,
    email: str,
    faults: dict[str, str] | None = None,
) -> Response:
    return render(
        request,
        "people/address.html",
        status,
        wanted=WANTED[wanted],
        next=next_path,
        email=email,
        faults=faults or {},
    )
