"""/graphql, woken by its first question: the graph is a quarter of the api's memory and start."""

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module

from fastapi import APIRouter, Request, Response

from api.graph.ide import page
from api.graph.requests import wants_page
from domain.kernel.memory import keep_newcomers_out

router = APIRouter()
Answer = Callable[[Request], Awaitable[Response]]
_woken: list[Answer] = []
_waking = asyncio.Lock()


@router.api_route("/graphql", methods=["GET", "POST"], include_in_schema=False)
async def graphql(request: Request) -> Response:
    """One operation a request; a browser without one gets the IDE."""
    if wants_page(request):
        return page()
    if not _woken:
        async with _waking:
            await _wake()
    return await _woken[0](request)


async def _wake() -> None:
    """In a thread, so that others are answered meanwhile."""
    if not _woken:
        found = await asyncio.to_thread(import_module, "api.graph.http")
        _woken.append(found.answer)
        keep_newcomers_out()
