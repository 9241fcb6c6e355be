"""/account/passkeys and /sign-in/passkey: keys that a device keeps, asked for by its browser."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession

from api import limits
from api.limits import Limit
from api.pages.browser import let_in, render, require_entry, require_fresh, see
from api.pages.forms import Unfilled, fill, sent
from api.pages.paths import local_path
from api.pages.routes import PageRoute
from api.pages.words import explain, fault_words, language_of
from api.people.admission import admit
from api.people.ceremonies import can_use_passkeys, ceremony_of
from api.people.mailing import mailing_of
from api.problems import status_of
from api.state import state_of
from domain.kernel.errors import PasskeyRefused
from domain.kernel.ids import read
from domain.kernel.shapes import Command
from domain.people import passkeys
from domain.people.letters import Kind
from domain.people.queries import user_view
from domain.people.reaching import tell
from domain.people.shapes import Method, Name, SignedIn
from domain.people.sign_ins import renew_sign_in

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PROVED = (Method.PASSKEY, Method.SEVERAL)


class NewPasskey(Command):
    name: Name
    credential: str = Field(min_length=1, max_length=20_000)


@router.get("/account/passkeys")
async def show_passkeys(request: Request) -> Response:
    return await _page(request, await require_fresh(request))


@router.post("/account/passkeys")
async def add_passkey(request: Request) -> Response:
    found, ceremony = await require_fresh(request), ceremony_of(request)
    try:
        form = fill(request, NewPasskey)
        async with state_of(request).database.transaction(None) as session:
            await passkeys.add_passkey(
                session,
                ceremony,
                found.user_id,
                form.credential,
                name=form.name,
                now=request.state.now,
            )
            await _tell(request, session, found.user_id)
    except Unfilled as error:
        return await _page(request, found, 422, faults=fault_words(request, error.fields))
    except PasskeyRefused as error:
        fault = explain(error, language_of(request))[0]
        return await _page(request, found, status_of(error), fault=fault)
    return see(request, "/account/passkeys")


@router.post("/account/passkeys/remove")
async def remove_passkey(request: Request) -> Response:
    found = await require_fresh(request)
    async with state_of(request).database.transaction(None) as session:
        await passkeys.remove_passkey(session, found.user_id, read("pky", sent(request, "id")))
        await _tell(request, session, found.user_id)
    return see(request, "/account/passkeys")


@router.post("/sign-in/passkey")
async def sign_in(request: Request) -> Response:
    user_id = await _check(request)
    return await admit(request, user_id, PROVED, sent(request, "next"))


@router.post("/confirm/passkey")
async def confirm(request: Request) -> Response:
    found = await require_entry(request)
    if await _check(request) != found.user_id:
        raise PasskeyRefused
    async with state_of(request).database.transaction(None) as session:
        secret = await renew_sign_in(session, found, methods=PROVED, now=request.state.now)
    response = see(request, local_path(sent(request, "next")))
    let_in(request, response, secret)
    return response


async def _check(request: Request) -> UUID:
    """Whose passkey answered. A refusal is counted for this place alone: it names nobody."""
    await limits.hit(request, Limit.SIGN_IN)
    async with state_of(request).database.transaction(None) as session:
        return await passkeys.check_passkey(
            session, ceremony_of(request), sent(request, "credential"), now=request.state.now
        )


async def _tell(request: Request, session: AsyncSession, user_id: UUID) -> None:
    person = await user_view(session, user_id)
    await tell(session, mailing_of(request), Kind.FACTORS_CHANGED, person, now=request.state.now)


async def _page(
    request: Request,
    found: SignedIn,
    status: int = 200,
    *,
    fault: str = "",
    faults: dict[str, str] | None = None,
) -> Response:
    now, question = request.state.now, ""
    async with state_of(request).database.transaction(None) as session:
        person = await user_view(session, found.user_id)
        kept = await passkeys.list_passkeys(session, found.user_id)
        if can_use_passkeys(request):
            question = await passkeys.begin_passkey(session, ceremony_of(request), person, now=now)
    return render(
        request,
        "people/passkeys.html",
        status,
        kept=kept,
        question=question,
        fault=fault,
        faults=faults or {},
    )
