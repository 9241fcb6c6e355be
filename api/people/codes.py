"""/account/app: the app that shows codes, and the recovery codes beside it."""

from io import BytesIO

import segno
from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from sqlmodel.ext.asyncio.session import AsyncSession

from api import limits
from api.limits import Limit
from api.pages.browser import render, require_fresh, see
from api.pages.forms import sent
from api.pages.routes import PageRoute
from api.pages.words import explain, language_of
from api.people.mailing import mailing_of
from api.problems import status_of
from api.state import state_of
from domain.kernel.errors import CodeRefused
from domain.people import codes as proofs
from domain.people.letters import Kind
from domain.people.queries import user_view
from domain.people.reaching import tell
from domain.people.shapes import SignedIn

router = APIRouter(prefix="/account/app", route_class=PageRoute, include_in_schema=False)
LONGEST = 100


@router.get("")
async def show_app(request: Request) -> Response:
    """How many recovery codes are left; or, without an app, what to show to one."""
    found = await require_fresh(request)
    async with state_of(request).database.transaction(None) as session:
        if await proofs.has_app(session, found.user_id):
            left = await proofs.count_recovery_codes(session, found.user_id)
            return render(request, "people/app.html", left=left)
    return await _begin(request, found)


@router.post("")
async def add_app(request: Request) -> Response:
    found, state = await require_fresh(request), state_of(request)
    key, now = str(found.user_id), request.state.now
    await limits.hit(request, Limit.SECOND_FACTOR, key=key)
    try:
        async with state.database.transaction(None) as session:
            code = "".join(sent(request, "code")[:LONGEST].split())
            made = await proofs.confirm_app(session, state.keys, found.user_id, code, now=now)
            await _tell(request, session, found)
    except CodeRefused as error:
        await limits.failed(request, Limit.SECOND_FACTOR, key=key)
        fault = explain(error, language_of(request))[0]
        return await _begin(request, found, status_of(error), fault=fault)
    return render(request, "people/recovery_codes.html", codes=made)


@router.post("/codes")
async def renew_codes(request: Request) -> Response:
    found = await require_fresh(request)
    async with state_of(request).database.transaction(None) as session:
        if not await proofs.has_app(session, found.user_id):
            return see(request, "/account/app")
        made = await proofs.renew_recovery_codes(session, found.user_id)
        await _tell(request, session, found)
    return render(request, "people/recovery_codes.html", codes=made)


@router.post("/remove")
async def remove_app(request: Request) -> Response:
    found = await require_fresh(request)
    async with state_of(request).database.transaction(None) as session:
        await proofs.remove_app(session, found.user_id)
        await _tell(request, session, found)
    return see(request, "/account?done=app_removed")


async def _begin(
    request: Request, found: SignedIn, status: int = 200, *, fault: str = ""
) -> Response:
    state = state_of(request)
    async with state.database.transaction(None) as session:
        person = await user_view(session, found.user_id)
        secret = await proofs.begin_app(session, state.keys, person.id, now=request.state.now)
    return render(
        request,
        "people/new_app.html",
        status,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        square=_square(proofs.app_uri(secret, person.email)),
        fault=fault,
    )


def _square(text: str) -> Markup:
    """The text as a QR code, drawn into the page: no other file, no outside service."""
    drawn = BytesIO()
    segno.make(text, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=2
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704 - segno's own paths


async def _tell(request: Request, session: AsyncSession, found: SignedIn) -> None:
    person = await user_view(session, found.user_id)
    await tell(session, mailing_of(request), Kind.FACTORS_CHANGED, person, now=request.state.now)
