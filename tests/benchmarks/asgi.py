"""How the applications beside Parvis are served: as Parvis is, on uvicorn, nothing in the way."""

import os
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import uvicorn

from domain.kernel.memory import keep_out_of_collections

POOL = 6
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class Answering(Protocol):
    """An ASGI application that opens something before and closes it after."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...

    async def open(self) -> None: ...

    async def close(self) -> None: ...


def serve(app: Answering) -> None:
    """Until it is told to end; `PORT` says where."""

    async def live(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        await receive()
        await app.open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await app.close()
        await send({"type": "lifespan.shutdown.complete"})

    options = uvicorn.Config(
        live,
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
    )
    keep_out_of_collections()
    uvicorn.Server(options).run()


async def no_reset(_: object) -> None:
    """Sessions of these applications hold no state that a pool would have to clear."""
