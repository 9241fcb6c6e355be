"""The sandbox network as an application of its own, mounted at `/sandbox`."""

from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline

from api.sandbox.door import Stage
from api.sandbox.faults import error
from api.sandbox.lifetimes import ENDING, LASTING
from api.sandbox.network import network, sessions
from api.sandbox.play import play
from domain.kernel.clock import utc_now
from domain.kernel.database import Database
from domain.sandbox import errors

STATUSES: dict[type[errors.SandboxError], int] = {
    errors.TokenRefused: 401,
    errors.NotThere: 404,
    errors.HandleTaken: 409,
    errors.ClassForbids: 403,
    errors.MediaBusy: 409,
    errors.ContentRefused: 422,
}
ABOUT = """
A social network that exists for tests and for building frontends. Make an account, connect it in
Parvis with its handle and token, publish; let people answer; order faults to see how they are
survived. `network` is what Parvis speaks to, `play` is for you.
"""


def sandbox_app(
    *, database: Callable[[], Database], root: str, clock: Callable[[], datetime] = utc_now
) -> FastAPI:
    """The network. `root` is its address as people see it; `database` is open once calls come."""
    app = FastAPIOffline(
        redoc_url=None,
        title="The sandbox network",
        version="1",
        description=ABOUT,
        # Paths are shown below the mount.
        servers=[{"url": root}],
    )
    app.state.stage = Stage(database, clock, root, {})
    for version in (ENDING, LASTING):
        app.include_router(sessions, prefix=f"/{version}")
        app.include_router(network, prefix=f"/{version}")
    app.include_router(play)
    app.add_exception_handler(errors.SandboxError, _refuse)
    app.add_exception_handler(RequestValidationError, _misfit)
    return app


async def _refuse(_: Request, found: Exception) -> Response:
    if not isinstance(found, errors.SandboxError):
        raise TypeError("registered for SandboxError alone")
    status = next(STATUSES[kind] for kind in type(found).__mro__ if kind in STATUSES)
    headers = {"retry_after": "1"} if isinstance(found, errors.MediaBusy) else {}
    return error(status, found.code, found.message, **headers)


async def _misfit(_: Request, found: Exception) -> Response:
    if not isinstance(found, RequestValidationError):
        raise TypeError("registered for RequestValidationError alone")
    faults = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in found.errors())
    return error(422, "malformed", "; ".join(faults)[:500])
