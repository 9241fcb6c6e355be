"""One request, one transaction: the caller first, then the work, then the commit, then the answer.

Query parameters that a route does not know, and a body where it takes none, are refused before it
begins. A POST with an Idempotency-Key keeps its answer in that same transaction, so that the change
and the memory of it stand or fall together.
"""

from datetime import UTC, datetime

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.bodiless import refuse_body, takes_body
from api.conditional import if_changed
from api.idempotency import KEY_HEADER, remember, replay
from api.parameters import known_to, refuse_odd
from api.pointing import Handler, pointing
from api.state import state_of


class TransactionRoute(APIRoute):
    """A route whose handler finds `caller`, `session` and `now` in `request.state`.

    `now` is what time it is in the caller's workspace.
    """

    def get_route_handler(self) -> Handler:
        handle, known = super().get_route_handler(), known_to(self.dependant)
        is_bodiless = not takes_body(self)

        async def in_transaction(request: Request) -> Response:
            state = state_of(request)
            caller = await state.tokens.caller(request.headers.get("authorization"), request.scope)
            request.state.caller, request.state.now = caller, caller.moment(datetime.now(UTC))
            refuse_odd(request, known)
            if is_bodiless:
                await refuse_body(request)
            async with state.database.acting(caller) as session:
                request.state.session = session
                key = request.headers.get(KEY_HEADER) if request.method == "POST" else None
                if key is None:
                    return if_changed(request, await handle(request))
                kept = await replay(session, caller, key, request)
                if kept is not None:
                    return kept
                response = await handle(request)
                await remember(session, caller, key, request, response, now=request.state.now)
            return response

        return pointing(in_transaction)


class CallerRoute(APIRoute):
    """A route whose handler finds `caller` and `now`, and opens transactions of its own."""

    def get_route_handler(self) -> Handler:
        handle, known = super().get_route_handler(), known_to(self.dependant)

        async def with_caller(request: Request) -> Response:
            tokens = state_of(request).tokens
            caller = await tokens.caller(request.headers.get("authorization"), request.scope)
            request.state.caller, request.state.now = caller, caller.moment(datetime.now(UTC))
            refuse_odd(request, known)
            return if_changed(request, await handle(request))

        return pointing(with_caller)


class OpenRoute(APIRoute):
    """A route for everybody, with or without a token."""

    def get_route_handler(self) -> Handler:
        handle, known = super().get_route_handler(), known_to(self.dependant)

        async def for_everybody(request: Request) -> Response:
            refuse_odd(request, known)
            return await handle(request)

        return for_everybody
