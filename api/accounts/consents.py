"""/v1/consents: accounts connected at the network's own page."""

import asyncio
from http import HTTPStatus
from time import monotonic

from fastapi import APIRouter, Request, Response

from api.accounts.waiting import LOOK_AGAIN_S, WaitDep
from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionIfSentDep
from api.paging import linked, located, tagged
from api.routes import CallerRoute, TransactionRoute
from api.state import state_of
from domain.accounts import consents
from domain.accounts.consent_shapes import BeginConsent, ChoosePlace, ConsentView
from domain.accounts.consenting import ConsentState
from domain.kernel.ids import ConsentId
from domain.kernel.shapes import Page

MOVING = frozenset({ConsentState.PREPARING, ConsentState.RETURNED})
kept = APIRouter(prefix="/v1/consents", tags=["accounts"], route_class=TransactionRoute)
watched = APIRouter(prefix="/v1/consents", tags=["accounts"], route_class=CallerRoute)


@kept.get("", summary="List consents")
async def list_consents(
    request: Request, response: Response, session: SessionDep, caller: CallerDep, page: PageDep
) -> Page[ConsentView]:
    """The newest first. Needs the scope `accounts:read`."""
    found = await consents.list_consents(session, caller, page)
    return linked(request, response, found)


@kept.post("", status_code=HTTPStatus.CREATED, summary="Begin a consent")
async def begin_consent(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    command: BeginConsent,
) -> ConsentView:
    """Connects an account at the network's own page, for networks that list `consent`.

    Send a person to `start_url` in their own browser; only that browser may come back. With
    `account_id` a known account is connected again and keeps its history. Needs the scope
    `accounts:write`.
    """
    state = state_of(request)
    view = await consents.begin_consent(
        session, caller, command, keys=state.keys, installation=state.installation, now=now
    )
    located(response, "/v1/consents", view)
    return tagged(response, view)


@watched.get("/{consent_id}", summary="Read a consent")
async def get_consent(
    request: Request, response: Response, caller: CallerDep, wait_s: WaitDep, consent_id: ConsentId
) -> ConsentView:
    """`Prefer: wait=5` waits while a worker takes a step. Needs the scope `accounts:read`."""
    database, ends_at = state_of(request).database, monotonic() + wait_s
    while True:
        async with database.acting(caller) as session:
            view = await consents.get_consent(session, caller, consent_id)
        if view.state not in MOVING or monotonic() >= ends_at:
            return tagged(response, view)
        await asyncio.sleep(LOOK_AGAIN_S)


@kept.post("/{consent_id}/choose", summary="Choose one of the places of a consent")
async def choose_place(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    consent_id: ConsentId,
    command: ChoosePlace,
) -> ConsentView:
    """Says which of the consent's `places` becomes the account, while it is `choosing`.

    A person who manages several Pages lets Parvis into them all at once; a worker connects the
    one that is chosen. Needs the scope `accounts:write`.
    """
    view = await consents.choose_place(
        session, caller, consent_id, command, keys=state_of(request).keys, now=now
    )
    return tagged(response, view)


@kept.delete("/{consent_id}", status_code=HTTPStatus.NO_CONTENT, summary="Cancel a consent")
async def cancel_consent(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    consent_id: ConsentId,
) -> None:
    """Whoever is on the way comes back in vain; one that has ended answers 409.

    Needs the scope `accounts:write`.
    """
    await consents.cancel_consent(session, caller, consent_id, expected_version=version, now=now)


router = APIRouter()
router.include_router(kept)
router.include_router(watched)
