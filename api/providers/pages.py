"""/sign-in/with: out to a provider of one's workspace and back, by workers' hands.

    workspace's name → button → POST begins → go (waits for the page) → the provider
    → return (keeps the code) → done (waits for who it is) → in, or connect first

The browser is bound by a cookie; the api watches the row and never speaks.
"""

import asyncio
from time import monotonic
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api import limits
from api.limits import Limit
from api.pages.browser import Elsewhere, render, require_fresh, see, signed_in
from api.pages.cookies import drop_cookie, read_cookie, set_cookie
from api.pages.forms import sent
from api.pages.paths import local_path, with_next
from api.pages.routes import PageRoute
from api.people.admission import admit
from api.state import state_of
from domain.identity.bearer import BearerKind, workspace_of
from domain.kernel.errors import ProviderRefused
from domain.kernel.ids import read
from domain.people.shapes import Method
from domain.providers import attempts
from domain.providers.queries import offers
from domain.providers.rules import GOOD_FOR, AttemptState
from domain.providers.shapes import Seen
from domain.workspaces.queries import memberships

router = APIRouter(prefix="/sign-in/with", route_class=PageRoute, include_in_schema=False)
COOKIE = "parvis-entry"
ENTRY = frozenset({BearerKind.ENTRY})
WAIT_S, LOOK_AGAIN_S = 5.0, 0.1
UNDER_WAY = frozenset({AttemptState.ASKED, AttemptState.RETURNED})


@router.get("")
async def show_providers(
    request: Request,
    workspace: Annotated[str, Query(max_length=60)] = "",
    next_path: Annotated[str, Query(alias="next")] = "",
) -> Response:
    """The buttons of a workspace, found by the short name that somebody typed."""
    found = []
    if workspace:
        await limits.hit(request, Limit.SIGN_IN)
        async with state_of(request).database.transaction(None) as session:
            found = await offers(session, workspace.strip().lower())
    return render(
        request,
        "providers/choose.html",
        workspace=workspace,
        offers=found,
        next=local_path(next_path),
    )


@router.post("")
async def begin(request: Request) -> Response:
    await limits.hit(request, Limit.SIGN_IN)
    slug, state = sent(request, "workspace").strip().lower(), state_of(request)
    async with state.database.transaction(None) as session:
        found = await offers(session, slug)
    wanted = read("sip", sent(request, "provider"))
    chosen = next((each for each in found if each.provider_id == wanted), None)
    if chosen is None:
        raise ProviderRefused
    async with state.database.transaction(chosen.workspace_id) as session:
        cookie = await attempts.begin_attempt(
            session,
            state.keys,
            chosen.workspace_id,
            chosen.provider_id,
            next_path=local_path(sent(request, "next")),
            now=request.state.now,
        )
    response = see(request, "/sign-in/with/go")
    lasts_s = int(GOOD_FOR.total_seconds())
    set_cookie(request, response, COOKIE, cookie, lasts_s=lasts_s)
    return response


@router.get("/go")
async def go(request: Request) -> Response:
    """A page that leads on by itself: a form's own answer may not, as our policy has it."""
    seen = await _watch(request)
    if seen.state == AttemptState.ASKED:
        return _wait(request, seen, "/sign-in/with/go", after_s=1)
    if seen.state != AttemptState.OPEN:
        raise ProviderRefused
    return _wait(request, seen, seen.page, after_s=0)


@router.get("/return")
async def come_back(
    request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str | None, Query(max_length=4000)] = None,
    iss: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Where providers send browsers back to, with a code or without one."""
    workspace_id, cookie = _entry(request)
    async with state_of(request).database.transaction(workspace_id) as session:
        await attempts.record_return(
            session,
            state_of(request).keys,
            cookie,
            state=state,
            code=code,
            issuer=iss,
            now=request.state.now,
        )
    return see(request, "/sign-in/with/done")


@router.get("/done")
async def finish(request: Request) -> Response:
    """In, when the account is connected; else connected first, by whoever the account is."""
    seen = await _watch(request)
    if seen.state == AttemptState.RETURNED:
        return _wait(request, seen, "/sign-in/with/done", after_s=1)
    if seen.state != AttemptState.DONE or seen.subject is None:
        raise ProviderRefused(seen.problem or "")
    workspace_id, _ = _entry(request)
    async with state_of(request).database.transaction(workspace_id) as session:
        user_id = await attempts.known_person(session, workspace_id, seen)
    if user_id is not None and await _is_member(request, user_id, workspace_id):
        return await _enter(request, seen, user_id)
    if await signed_in(request) is None:
        target = with_next("/sign-in", "/sign-in/with/done")
        return render(request, "providers/unknown.html", seen=seen, target=target)
    await require_fresh(request)
    return render(request, "providers/connect.html", seen=seen)


@router.post("/connect")
async def connect(request: Request) -> Response:
    """From now on the provider vouches for this account, in its workspace."""
    found, (workspace_id, _) = await require_fresh(request), _entry(request)
    seen = await _see(request)
    is_member = await _is_member(request, found.user_id, workspace_id)
    if seen.state != AttemptState.DONE or not is_member:
        raise ProviderRefused
    async with state_of(request).database.transaction(workspace_id) as session:
        await attempts.connect_person(
            session, workspace_id, seen, found.user_id, now=request.state.now
        )
        await attempts.use_attempt(session, _entry(request)[1], now=request.state.now)
    response = see(request, seen.next_path)
    drop_cookie(request, response, COOKIE)
    return response


async def _enter(request: Request, seen: Seen, user_id: UUID) -> Response:
    workspace_id, cookie = _entry(request)
    async with state_of(request).database.transaction(workspace_id) as session:
        await attempts.use_attempt(session, cookie, now=request.state.now)
    response = await admit(
        request, user_id, [Method.OUTSIDE], seen.next_path, workspace_id=workspace_id
    )
    drop_cookie(request, response, COOKIE)
    return response


async def _is_member(request: Request, user_id: UUID, workspace_id: UUID) -> bool:
    async with state_of(request).database.transaction(None) as session:
        found = await memberships(session, user_id)
    return any(each.workspace_id == workspace_id for each in found)


async def _watch(request: Request) -> Seen:
    """The attempt as soon as a worker has done its step, or as it is when the time is up."""
    ends_at = monotonic() + WAIT_S
    seen = await _see(request)
    while seen.state in UNDER_WAY and monotonic() < ends_at:
        await asyncio.sleep(LOOK_AGAIN_S)
        seen = await _see(request)
    return seen


async def _see(request: Request) -> Seen:
    (workspace_id, cookie), state = _entry(request), state_of(request)
    async with state.database.transaction(workspace_id) as session:
        return await attempts.see_attempt(
            session, state.keys, workspace_id, cookie, now=request.state.now
        )


def _entry(request: Request) -> tuple[UUID, str]:
    """The workspace and the secret of this browser's attempt; a stranger begins at the start."""
    cookie = read_cookie(request, COOKIE) or ""
    workspace_id = workspace_of(cookie, ENTRY)
    if workspace_id is None:
        raise Elsewhere("/sign-in/with")
    return workspace_id, cookie


def _wait(request: Request, seen: Seen, target: str, *, after_s: int) -> Response:
    response = render(request, "providers/wait.html", name=seen.provider_name, target=target)
    response.headers["Refresh"] = f"{after_s}; url={target}"
    return response
