"""/oauth/consent: a person chooses workspace, scopes and communities, and says yes or no.

not signed in, or too long ago ──▶ sign-in, and back here
several workspaces             ──▶ choice of one
said yes to all of it before   ──▶ back to the client, with a code
else                           ──▶ the question
"""

from typing import Annotated
from uuid import UUID

from authlib.oauth2.rfc6749 import AccessDeniedError
from authlib.oidc.core.errors import ConsentRequiredError, InteractionRequiredError
from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import FormData

from api.oauth.deciding import Choice, allow, close, refuse
from api.oauth.offer import ALWAYS, Offer, make_offer, narrowed
from api.oauth.visit import Refused, Visit, find_visit, houses_of, require_person
from api.pages.browser import entered, let_out, render, see
from api.pages.forms import FormDep
from api.pages.paths import with_next
from api.pages.routes import PageRoute
from api.pages.words import language_of
from api.state import state_of
from domain.identity.rules import listed
from domain.identity.scopes import WORDS, described
from domain.kernel.errors import AskedNoLonger, IdMalformed, IdWrongKind
from domain.kernel.ids import read, show
from domain.people.queries import user_view
from domain.people.shapes import SignedIn
from domain.people.sign_ins import end_sign_in
from domain.workspaces.shapes import Membership

CHOOSE = "choose"
ALLOW, ASK = "allow", "ask"
"""What the form decides; `ASK`: nothing yet, it is shown again in another language."""

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/oauth/consent")
async def show_consent(
    request: Request,
    reference: Annotated[str, Query(alias="request", max_length=200)],
    workspace: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    visit = await find_visit(request, reference)
    try:
        person = await require_person(request, visit)
        houses = await houses_of(request, visit, person)
        house = _chosen(visit, houses, workspace)
        if house is None:
            return await _choose(request, visit, person, houses)
        offer = await make_offer(state_of(request), visit, house)
        if offer is None:
            raise AskedNoLonger
        if offer.is_covered(visit):
            return await _as_before(request, visit, person, offer)
        if visit.is_silent:
            error = AccessDeniedError if offer.is_empty else ConsentRequiredError
            raise visit.back(request, error())
        return await _ask(request, visit, person, offer, several=len(houses) > 1)
    except Refused as refused:
        return refused.answer


@router.post("/oauth/consent")
async def decide(request: Request, form: FormDep) -> Response:
    visit = await find_visit(request, _field(form, "request"))
    try:
        person = await require_person(request, visit)
        decision = _field(form, "decision")
        if decision not in {ALLOW, ASK}:
            return await refuse(request, visit)
        houses = await houses_of(request, visit, person)
        house = _named(houses, _field(form, "workspace"))
        offer = None if house is None else await make_offer(state_of(request), visit, house)
        if offer is None or (offer.is_empty and decision == ALLOW):
            raise AskedNoLonger
        several = len(houses) > 1
        if decision == ASK:
            return await _ask(request, visit, person, offer, several=several, form=form)
        return await _decided(request, visit, person, offer, form, several=several)
    except Refused as refused:
        return refused.answer


@router.post("/oauth/other-account")
async def other_account(request: Request, form: FormDep) -> Response:
    """Signs out, and lets another person sign in for the same request."""
    visit = await find_visit(request, _field(form, "request"))
    found = await entered(request)
    if found is not None:
        async with state_of(request).database.transaction(None) as session:
            await end_sign_in(session, found.user_id, found.sign_in_id)
    response = see(request, with_next("/sign-in", visit.path))
    let_out(request, response)
    return response


async def _decided(
    request: Request, visit: Visit, person: SignedIn, offer: Offer, form: FormData, *, several: bool
) -> Response:
    communities, ticked = _communities(form, offer), _ticked(form)
    scopes = narrowed(offer.scopes & (ticked | ALWAYS), communities)
    faults = {
        "scopes": not scopes,
        "communities": communities is not None and not communities,
    }
    if any(faults.values()):
        return await _ask(
            request, visit, person, offer, several=several, status=422, form=form, **faults
        )
    await close(request, visit)
    choice = Choice(offer.house, scopes, offer.scopes - scopes, communities)
    return await allow(request, visit, person, choice)


async def _as_before(request: Request, visit: Visit, person: SignedIn, offer: Offer) -> Response:
    before = offer.before
    if before is None:
        raise AskedNoLonger
    await close(request, visit)
    communities = listed(before.communities)
    choice = Choice(offer.house, offer.given_again, frozenset(), communities)
    return await allow(request, visit, person, choice)


def _chosen(visit: Visit, houses: list[Membership], workspace: str) -> Membership | None:
    """The one of the page, of the client's hint, or the only one; None: to be chosen.

    Where the hint names none of them, no other is taken in its stead unseen.
    """
    if workspace == CHOOSE:
        return None
    hint = visit.asked.parameters.get("workspace", "")
    only = houses[0] if len(houses) == 1 and not hint else None
    return _named(houses, workspace) or _named(houses, hint) or only


def _named(houses: list[Membership], text: str) -> Membership | None:
    try:
        id_ = read("ws", text)
    except (IdMalformed, IdWrongKind):
        return None
    return next((each for each in houses if each.workspace_id == id_), None)


async def _choose(
    request: Request, visit: Visit, person: SignedIn, houses: list[Membership]
) -> Response:
    if visit.is_silent:
        error = InteractionRequiredError if houses else AccessDeniedError
        raise visit.back(request, error())
    return render(
        request,
        "oauth/choose.html",
        200 if houses else 403,
        form_action=visit.form_action,
        visit=visit,
        email=await _email(request, person),
        houses=[(show("ws", each.workspace_id), each.workspace_name) for each in houses],
    )


async def _ask(
    request: Request,
    visit: Visit,
    person: SignedIn,
    offer: Offer,
    *,
    several: bool,
    status: int = 200,
    form: FormData | None = None,
    **faults: bool,
) -> Response:
    """The question; with a `form` that does not do, as it was filled in."""
    language, held_to = language_of(request), offer.held_before
    return render(
        request,
        "oauth/consent.html",
        status,
        form_action=visit.form_action,
        visit=visit,
        several=several,
        email=await _email(request, person),
        house=offer.house,
        workspace=show("ws", offer.house.workspace_id),
        always=[described(each, language) for each in _ordered(offer.scopes & ALWAYS)],
        offered=[(each, described(each, language)) for each in _ordered(offer.scopes - ALWAYS)],
        beyond=[described(each, language) for each in _ordered(offer.beyond)],
        communities=[(show("com", each.id), each.name) for each in offer.communities],
        ticked=offer.scopes if form is None else _ticked(form),
        is_held=bool(held_to) if form is None else _field(form, "reach") == "some",
        held_to=held_to if form is None else set(form.getlist("community")),
        faults=faults,
    )


async def _email(request: Request, person: SignedIn) -> str:
    async with state_of(request).database.transaction(None) as session:
        return (await user_view(session, person.user_id)).email


def _ordered(scopes: frozenset[str]) -> list[str]:
    return [scope for scope in WORDS if scope in scopes]


def _communities(form: FormData, offer: Offer) -> frozenset[UUID] | None:
    """Those that were ticked, of those the member sees; None: all they see."""
    if _field(form, "reach") != "some":
        return None
    ticked = set(form.getlist("community"))
    return frozenset(each.id for each in offer.communities if show("com", each.id) in ticked)


def _ticked(form: FormData) -> frozenset[str]:
    return frozenset(each for each in form.getlist("scope") if isinstance(each, str))


def _field(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""
