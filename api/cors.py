"""Which browser origins may read our answers: the operator's, and those of applications.

    CORS_ORIGINS                  every address
    an application's own origins  the api and the endpoints of OAuth, with its own tokens
    everybody                     what anybody may know: metadata, public keys and the contract

An application's origin is of no use to another's token: the answer says nothing of it, and the
browser keeps it to itself. Cookies are never sent along. What caches may keep says always that it
depends on who asks: else a copy that was not asked for by a page is given to one, unreadable.
"""

import time
from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.fence.allowances import COUNTED
from api.paging import READABLE
from api.problems import unexpected
from api.state import State
from domain.identity.bearer import client_id_of
from domain.kernel.caller import Caller
from domain.kernel.errors import RateExceeded
from domain.kernel.reaching import ENGINE_FAULTS

OPEN = ("/.well-known/", "/oauth/jwks", "/openapi.json")
OF_APPLICATIONS = (
    "/v1/",
    "/graphql",
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/userinfo",
    "/oauth/par",
    "/oauth/device_authorization",
)
METHODS = "GET, HEAD, POST, PATCH, DELETE"
SENT = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Prefer, X-Request-Id, "
    "Tus-Resumable, Upload-Checksum, Upload-Length, Upload-Metadata, Upload-Offset, "
    # Whatever else a page's tools add (traces, a client's name): cookies never come along, and
    # older browsers, which take the star for a name, still know the rest.
    "X-HTTP-Method-Override, Traceparent, *"
)
PREFLIGHT_KEPT_S = 600
KNOWN_FOR_S = 5.0
MOST_KNOWN = 10_000
APPLICATIONS = "SELECT workspace_id, id FROM parvis_origin_applications($1)"


class Cors:
    """Outside the gate, so that a browser can read a refusal too."""

    def __init__(self, app: ASGIApp, *, origins: Sequence[str]) -> None:
        self._app = app
        self._everywhere = frozenset(origins)
        self._known: dict[str, tuple[float, frozenset[str]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent = dict(scope["headers"]) if scope["type"] == "http" else {}
        origin = sent.get(b"origin", b"").decode("latin-1")
        if not origin:
            await self._app(scope, receive, _varying(send) if _is_open(scope) else send)
            return
        clients = await self._clients(scope, origin)
        is_preflight = scope["method"] == "OPTIONS" and b"access-control-request-method" in sent
        if is_preflight and self._allowed(scope, origin, clients):
            # Asked by the browser, once for each address: not a request of the application's.
            scope.setdefault("state", {})[COUNTED] = True
            await Response(None, 204, _preflight(origin))(scope, receive, send)
            return

        began = False

        async def answer(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Origin")
                if self._allowed(scope, origin, clients):
                    headers["Access-Control-Allow-Origin"] = origin
                    headers["Access-Control-Expose-Headers"] = ", ".join(READABLE)
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            if began:
                raise  # what has begun cannot be answered otherwise
            # Here, not at the edge: what its page cannot read is no answer to a browser.
            await unexpected(Request(scope), error)(scope, receive, answer)

    def _allowed(self, scope: Scope, origin: str, clients: frozenset[str]) -> bool:
        if origin in self._everywhere or _is_open(scope):
            return True
        if not clients:
            return False
        asking = _client_of(scope)
        return asking is None or asking in clients

    async def _clients(self, scope: Scope, origin: str) -> frozenset[str]:
        """The applications whose origin this is, as known for some seconds.

        Where it cannot be asked anew, as it was known last: a refusal has to be readable too.
        """
        if origin in self._everywhere or not scope["path"].startswith(OF_APPLICATIONS):
            return frozenset()
        known = self._known.get(origin)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        state: State = scope["app"].state.parvis
        try:
            state.allowances.check_address(scope)
            rows = await state.database.reads.fetch(APPLICATIONS, origin)
        except (RateExceeded, *ENGINE_FAULTS):
            return frozenset() if known is None else known[1]
        found = frozenset(client_id_of(row["workspace_id"], row["id"]) for row in rows)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[origin] = (time.monotonic() + KNOWN_FOR_S, found)
        return found


def _is_open(scope: Scope) -> bool:
    path: str = scope.get("path", "")
    return scope["type"] == "http" and path.startswith(OPEN)


def _varying(send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).add_vary_header("Origin")
        await send(message)

    return answer


def _client_of(scope: Scope) -> str | None:
    """The application that asks, once it is known; a token without one is nobody's."""
    state = scope.get("state", {})
    caller: Caller | None = state.get("caller")
    if caller is not None:
        return caller.application or ""
    client_id: str | None = state.get("client_id")
    return client_id


def _preflight(origin: str) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": SENT,
        "Access-Control-Max-Age": str(PREFLIGHT_KEPT_S),
        "Vary": "Origin",
    }
