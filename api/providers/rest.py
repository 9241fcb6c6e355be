"""/v1/sign-in-providers: outside OpenID providers that the workspace's people may sign in with."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from api.state import state_of
from domain.kernel.ids import ProviderId
from domain.kernel.shapes import Page
from domain.providers import queries, service
from domain.providers.shapes import (
    ChangeSignInProvider,
    CreateSignInProvider,
    SignInProviderView,
)

PATH = "/v1/sign-in-providers"
router = APIRouter(prefix=PATH, tags=["sign-in providers"], route_class=TransactionRoute)


@router.get("", summary="List sign-in providers")
async def list_sign_in_providers(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
) -> Page[SignInProviderView]:
    """The oldest first. Needs the scope `administration`."""
    found = await queries.list_sign_in_providers(session, caller, page)
    return linked(request, response, found)


@router.post("", status_code=HTTPStatus.CREATED, summary="Add a sign-in provider")
async def create_sign_in_provider(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    command: CreateSignInProvider,
) -> SignInProviderView:
    """People who connected their account with it come in by it, to this workspace alone.

    Needs the scope `administration`.
    """
    keys = state_of(request).keys
    view = await service.create_sign_in_provider(session, caller, command, keys=keys, now=now)
    located(response, PATH, view)
    return tagged(response, view)


@router.get("/{provider_id}", summary="Read a sign-in provider")
async def get_sign_in_provider(
    response: Response, session: SessionDep, caller: CallerDep, provider_id: ProviderId
) -> SignInProviderView:
    """Needs the scope `administration`."""
    view = await queries.get_sign_in_provider(session, caller, provider_id)
    return tagged(response, view)


@router.patch("/{provider_id}", summary="Change a sign-in provider")
async def change_sign_in_provider(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    provider_id: ProviderId,
    command: ChangeSignInProvider,
) -> SignInProviderView:
    """Changes only what is sent, or turns it off. Needs the scope `administration`."""
    view = await service.change_sign_in_provider(
        session,
        caller,
        provider_id,
        command,
        expected_version=version,
        keys=state_of(request).keys,
        now=now,
    )
    return tagged(response, view)


@router.delete(
    "/{provider_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove a sign-in provider"
)
async def remove_sign_in_provider(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    provider_id: ProviderId,
) -> None:
    """Who is who there is forgotten. Needs the scope `administration`."""
    await service.remove_sign_in_provider(
        session, caller, provider_id, expected_version=version, now=now
    )
