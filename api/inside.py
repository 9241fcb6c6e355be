"""The second listener, on loopback alone: Prometheus metrics and readiness in detail."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from math import nan

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.health import PATIENCE_S, READABLE, WORKS, how_it_works, writable
from api.state import State
from domain.kernel.meters import LATENESS, OVERDUE
from domain.kernel.nudges import TRIED
from domain.kernel.reaching import ENGINE_FAULTS

LOOPBACK = "127.0.0.1"
UNKNOWN = nan
BACKLOG = "SELECT overdue, oldest_s FROM parvis_backlog()"


@asynccontextmanager
async def listening(state: State) -> AsyncIterator[None]:
    """Serves `/metrics` and `/readyz` while the api runs; port 0 serves nothing."""
    port = state.settings.metrics_port
    if port == 0:
        yield
        return
    server = _Quiet(uvicorn.Config(inside_app(state), host=LOOPBACK, port=port, log_config=None))
    running = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await running


class _Quiet(uvicorn.Server):
    """Leaves the signals of the process to the outer server."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def inside_app(state: State) -> Starlette:
    async def metrics(_: Request) -> Response:
        await _measure_backlog(state)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def readyz(_: Request) -> Response:
        database, queue, schema = await asyncio.gather(
            how_it_works(writable(state.database.reads)),
            how_it_works(state.redis.set(TRIED, "", ex=1)),
            how_it_works(state.database.reads.fetchval("SELECT parvis_backlog()")),
        )
        checks = {"database": database, "queue": queue, "schema": schema}
        ready = database in READABLE and schema == WORKS
        return JSONResponse(checks, 200 if ready else 503)

    return Starlette(routes=[Route("/metrics", metrics), Route("/readyz", readyz)])


async def _measure_backlog(state: State) -> None:
    """What nobody can count now is unknown: the last number would pass for today's."""
    overdue = oldest_s = UNKNOWN
    with suppress(*ENGINE_FAULTS):
        async with asyncio.timeout(PATIENCE_S):
            [(overdue, oldest_s)] = await state.database.reads.fetch(BACKLOG)
    OVERDUE.set(overdue)
    LATENESS.set(oldest_s)
