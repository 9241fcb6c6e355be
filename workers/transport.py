"""Lends the one way out to libraries that speak through an HTTP client of their own."""

import httpx2

from domain.connector.http import Call, Http

_OURS = frozenset(
    {"host", "content-length", "accept-encoding", "connection", "transfer-encoding", "user-agent"}
)
_DONE = frozenset({"content-encoding", "content-length", "transfer-encoding"})


class OutwardTransport(httpx2.AsyncBaseTransport):
    """A transport that makes a `Call` of each request; errors of the way out pass through."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        content = await request.aread()
        headers = {
            name.lower(): value
            for name, value in request.headers.items()
            if name.lower() not in _OURS
        }
        call = Call(request.method, str(request.url), headers, content=content or None)
        reply = await self._http(call)
        answered = {name: value for name, value in reply.headers.items() if name not in _DONE}
        return httpx2.Response(reply.status, headers=answered, content=reply.body, request=request)
