"""The short way to a series: a query string that was read before is not read again.

Dashboards ask the same few questions all day. What a query string means never changes, so its
meaning is kept and FastAPI's validation, the largest cost of the answer outside PostgreSQL, is
left out; token, scope and tenant are checked each time.
"""

from datetime import UTC, datetime

from fastapi import Request, Response

from api.routes import CallerRoute, Handler
from api.state import state_of
from domain.metrics.series import SeriesQuery, read_series

MOST_KEPT = 1000
LONGEST_KEPT = 2000
_known: dict[bytes, SeriesQuery] = {}


class SeriesRoute(CallerRoute):
    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def known_first(request: Request) -> Response:
            query = _known.get(request.scope["query_string"])
            if query is None:
                return await handle(request)
            state = state_of(request)
            caller = await state.tokens.caller(request.headers.get("authorization"))
            body = await read_series(state.database.reads, caller, query, now=datetime.now(UTC))
            return Response(body, media_type="application/json")

        return known_first


def keep_query(request: Request, query: SeriesQuery) -> None:
    """Remembers what a query string means, once it has been answered."""
    asked: bytes = request.scope["query_string"]
    if len(asked) > LONGEST_KEPT:
        return
    if len(_known) >= MOST_KEPT:
        _known.clear()
    _known[asked] = query
