"""/v1/accounts."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from api.accounts.budgets import ValkeyCounters
from api.accounts.waiting import Connection, WaitDep
from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.filters import OfCommunities, OfNetworks
from api.idempotency import KeyDep
from api.paging import linked, tagged
from api.routes import CallerRoute, TransactionRoute
from api.state import state_of
from domain.accounts import queries, service
from domain.accounts.budgets import AccountBudgetsView, budgets_of
from domain.accounts.queries import AccountSort
from domain.accounts.rules import AccountState
from domain.accounts.shapes import (
    OF_WAITING,
    AccountView,
    ChangeAccount,
    ConnectAccount,
    ReconnectAccount,
    RemoveAccount,
    Waiting,
)
from domain.kernel.ids import AccountId
from domain.kernel.shapes import Page
from domain.posts import refitting, removing

kept = APIRouter(prefix="/v1/accounts", tags=["accounts"], route_class=TransactionRoute)
begun = APIRouter(prefix="/v1/accounts", tags=["accounts"], route_class=CallerRoute)
CONNECTING: dict[int | str, dict[str, Any]] = {
    HTTPStatus.ACCEPTED: {"model": AccountView, "description": "A worker is still connecting it."}
}


@kept.get("", summary="List accounts")
async def list_accounts(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    community_id: OfCommunities = [],  # noqa: B006 - FastAPI copies it
    network: OfNetworks = [],  # noqa: B006 - as above
    state: Annotated[
        list[AccountState], Query(max_length=10, description="Only in these states.")
    ] = [],  # noqa: B006 - as above
    sort: Annotated[
        AccountSort, Query(description="The order; `-` turns it round.")
    ] = AccountSort.CREATED,
) -> Page[AccountView]:
    """Removed accounts are left out. Needs the scope `accounts:read`."""
    found = await queries.list_accounts(
        session,
        caller,
        page,
        sort=sort,
        community_ids=community_id,
        networks=network,
        states=state,
    )
    return linked(request, response, found)


@begun.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=AccountView,
    responses=CONNECTING,
    summary="Connect an account",
)
async def connect_account(
    request: Request,
    caller: CallerDep,
    now: NowDep,
    wait_s: WaitDep,
    command: ConnectAccount,
    key: KeyDep = None,
) -> Response:
    """A worker tries the login at once; the account's state tells what came of it.

    `login` holds what the network's manifest lists; it is sealed, used once and forgotten, and
    never shown. Needs the scope `accounts:write`.
    """

    async def begin(session: AsyncSession) -> AccountView:
        keys = state_of(request).keys
        return await service.connect_account(session, caller, command, keys=keys, now=now)

    connection = Connection(request, caller, command, key, wait_s, HTTPStatus.CREATED)
    return await connection.answer(begin)


@kept.get("/{account_id}", summary="Read an account")
async def get_account(
    response: Response, session: SessionDep, caller: CallerDep, account_id: AccountId
) -> AccountView:
    """Needs the scope `accounts:read`."""
    view = await queries.get_account(session, caller, account_id)
    return tagged(response, view)


@begun.get("/{account_id}/budgets", summary="Read an account's rate budgets")
async def get_account_budgets(
    request: Request, caller: CallerDep, now: NowDep, account_id: AccountId
) -> AccountBudgetsView:
    """What is left of them, and until when publishing, reading and measuring wait for them.

    503 `dependency.away` while nobody can tell: then calls go out uncounted. Needs the scope
    `accounts:read`.
    """
    state = state_of(request)
    async with state.database.acting(caller) as session:
        account = await queries.get_account(session, caller, account_id)
    return await budgets_of(account, ValkeyCounters(state.redis), now=now)


@kept.patch("/{account_id}", summary="Change an account")
async def change_account(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    account_id: AccountId,
    command: ChangeAccount,
) -> AccountView:
    """Changes only what is sent: how it is read, whom it speaks to, and who decides in doubt.

    422 `post.unfit` where what a scheduled post says to its new readers would not fit its network.
    Needs the scope `accounts:write`.
    """
    view = await refitting.change_account(
        session, caller, account_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@begun.post(
    "/{account_id}/reconnect",
    response_model=AccountView,
    responses=CONNECTING,
    summary="Connect an account again",
)
async def reconnect_account(
    request: Request,
    caller: CallerDep,
    now: NowDep,
    wait_s: WaitDep,
    account_id: AccountId,
    command: ReconnectAccount,
    key: KeyDep = None,
) -> Response:
    """Tries a new login for the same identity; the queue and all history stay.

    An account that was connected works on meanwhile. When the login is refused it is `connected`
    still: `problem` says why until its next check, and the event `account.connection_failed` does.
    A login of somebody else ends in the problem `account.identity_differs`. Needs the scope
    `accounts:write`.
    """

    async def begin(session: AsyncSession) -> AccountView:
        keys = state_of(request).keys
        return await service.reconnect_account(
            session, caller, account_id, command, keys=keys, now=now
        )

    connection = Connection(request, caller, command, key, wait_s, HTTPStatus.OK)
    return await connection.answer(begin)


@kept.post(
    "/{account_id}/check", status_code=HTTPStatus.ACCEPTED, summary="Check an account's health"
)
async def check_account(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, account_id: AccountId
) -> AccountView:
    """A worker sees at once whether we still have access. Needs the scope `accounts:write`."""
    view = await service.check_account(session, caller, account_id, now=now)
    return tagged(response, view)


@kept.post(
    "/{account_id}/pull", status_code=HTTPStatus.ACCEPTED, summary="Read an account's inbox now"
)
async def pull_account(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, account_id: AccountId
) -> AccountView:
    """A worker reads at once what is new, whatever the account's cadence.

    Not sooner than ten seconds after the last reading: `next_read_at` says when. Needs the scope
    `accounts:write`.
    """
    view = await service.pull_account(session, caller, account_id, now=now)
    return tagged(response, view)


@kept.delete("/{account_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove an account")
async def remove_account(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    account_id: AccountId,
    waiting: Annotated[Waiting | None, Query(description=OF_WAITING)] = None,
) -> None:
    """Forgets its credentials. What it published stays public; its posts are kept.

    409 `account.awaited` where messages wait for it, are under way or in doubt, unless `waiting`
    says what becomes of those that wait. Needs the scope `accounts:write`.
    """
    command = RemoveAccount(waiting=waiting)
    await removing.remove_account(
        session, caller, account_id, command, expected_version=version, now=now
    )


router = APIRouter()
router.include_router(kept)
router.include_router(begun)
