"""Turns away who asked too much without a token, and tells every answer what is left."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.fence.policies import headers_of, left_of
from api.problems import answer
from api.state import State
from domain.kernel.errors import RateExceeded

FREE = ("/livez", "/readyz", "/sandbox/")
"""Asked by machines all day; the sandbox is another network, with limits of its own."""


class Gate:
    """Before the routes, within CORS: so that a browser can read the refusal."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(FREE):
            try:
                _check(scope)
            except RateExceeded as error:
                await answer(Request(scope), error)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _check(scope: Scope) -> None:
    state: State = scope["app"].state.parvis
    authorization = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
    if not state.tokens.knows(authorization):
        state.allowances.check_address(scope)


def told(state: State, scope: Scope) -> list[tuple[bytes, bytes]]:
    """The header fields of an answer; counts a request that showed no valid token."""
    if scope["path"].startswith(FREE):
        return []
    state.allowances.count_address(scope)
    return headers_of(left_of(scope))
