"""/v1/api-keys, /v1/tokens and /v1/grants: a member's own, or all for administrators."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep
from api.paging import linked, located
from api.routes import TransactionRoute
from domain.identity import grants, keys, queries, service
from domain.identity.shapes import ApiKeyView, CreateApiKey, GrantView, NewApiKey, TokenView
from domain.kernel.ids import ApiKeyId, GrantId, TokenId
from domain.kernel.shapes import Page

router = APIRouter(prefix="/v1", tags=["access"], route_class=TransactionRoute)


@router.get("/api-keys", summary="List API keys")
async def list_api_keys(
    request: Request, response: Response, session: SessionDep, caller: CallerDep, page: PageDep
) -> Page[ApiKeyView]:
    """The member's own; those of all with the scope `administration`."""
    found = await queries.list_api_keys(session, caller, page)
    return linked(request, response, found)


@router.post("/api-keys", status_code=HTTPStatus.CREATED, summary="Make an API key, shown once")
async def create_api_key(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, command: CreateApiKey
) -> NewApiKey:
    """A key of the member who asks, for no more than the token may do that makes it.

    403 `scope.beyond` for more, `member.missing` for a token that acts for no member. A key made
    by an application ends with the application's grant.
    """
    view = await keys.create_api_key(session, caller, command, now=now)
    located(response, "/v1/api-keys", view)
    return view


@router.get("/api-keys/{api_key_id}", summary="Read an API key")
async def get_api_key(session: SessionDep, caller: CallerDep, api_key_id: ApiKeyId) -> ApiKeyView:
    """The member's own; any with the scope `administration`."""
    return await queries.get_api_key(session, caller, api_key_id)


@router.delete(
    "/api-keys/{api_key_id}", status_code=HTTPStatus.NO_CONTENT, summary="Revoke an API key"
)
async def revoke_api_key(
    session: SessionDep, caller: CallerDep, now: NowDep, api_key_id: ApiKeyId
) -> None:
    """The member's own; any with the scope `administration`."""
    await service.revoke_api_key(session, caller, api_key_id, now=now)


@router.get("/tokens", summary="List tokens")
async def list_tokens(
    request: Request, response: Response, session: SessionDep, caller: CallerDep, page: PageDep
) -> Page[TokenView]:
    """Those that act for the member; all with the scope `administration`."""
    found = await queries.list_tokens(session, caller, page)
    return linked(request, response, found)


# In an address, `token_id` would look like a credential to those who scan for them.
@router.get("/tokens/{id}", summary="Read a token")
async def get_token(
    session: SessionDep, caller: CallerDep, token_id: Annotated[TokenId, Path(alias="id")]
) -> TokenView:
    """One that acts for the member; any with the scope `administration`."""
    return await queries.get_token(session, caller, token_id)


@router.delete("/tokens/{id}", status_code=HTTPStatus.NO_CONTENT, summary="Revoke a token")
async def revoke_token(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    token_id: Annotated[TokenId, Path(alias="id")],
) -> None:
    """One that acts for the member; any with the scope `administration`."""
    await service.revoke_token(session, caller, token_id, now=now)


@router.get("/grants", summary="List grants: which applications have access")
async def list_grants(
    request: Request, response: Response, session: SessionDep, caller: CallerDep, page: PageDep
) -> Page[GrantView]:
    """What the member let in; what anybody did with the scope `administration`."""
    found = await queries.list_grants(session, caller, page)
    return linked(request, response, found)


@router.get("/grants/{grant_id}", summary="Read a grant")
async def get_grant(session: SessionDep, caller: CallerDep, grant_id: GrantId) -> GrantView:
    """The member's own; any with the scope `administration`."""
    return await queries.get_grant(session, caller, grant_id)


@router.delete("/grants/{grant_id}", status_code=HTTPStatus.NO_CONTENT, summary="Revoke a grant")
async def revoke_grant(
    session: SessionDep, caller: CallerDep, now: NowDep, grant_id: GrantId
) -> None:
    """Ends the tokens and keys that came of it. Any with the scope `administration`."""
    await grants.revoke_grant(session, caller, grant_id, now=now)
