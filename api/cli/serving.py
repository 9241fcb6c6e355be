"""The api alone, one process, on uvicorn: `python -m api.cli.serving`."""

import asyncio
import os
import socket
import sys
from types import FrameType

import asyncpg
import uvicorn

from api.cli.doors import open_door
from api.cli.surroundings import read_settings, servers_in_use
from api.cli.trouble import Trouble
from api.inside import LOOPBACK
from api.main import create_app
from api.repeating import Repeating
from api.wire import take_descriptors
from domain.kernel.ending import end_within
from domain.kernel.memory import keep_out_of_collections
from domain.kernel.pooling import refuse_forgetful_pooler
from domain.kernel.reaching import DATABASE, reaching
from domain.kernel.roles import refuse_unfit_role
from domain.kernel.settings import Settings
from domain.kernel.unfinished import refuse_unfinished_restore

_GRACE_S = 2


def serve() -> None:
    settings = read_settings()
    with servers_in_use():
        asyncio.run(knock(settings))
    ensure_free(settings.metrics_port)
    take_descriptors()
    server = Server(configuration(settings))
    keep_out_of_collections()
    server.run(sockets=[inherited_door() or open_door(settings.host, settings.port)])
    if not server.started:
        raise Trouble("The api did not start.", "The lines above say why.")


class Server(uvicorn.Server):
    """Ends in time: uvicorn waits for the last of our good-byes."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        end_within()
        super().handle_exit(sig, frame)


async def knock(settings: Settings) -> None:
    """Raises `ServerUnusable`; the server's own start would tell of it by a traceback."""
    with reaching(DATABASE):
        connection = await asyncpg.connect(
            settings.database_url.get_secret_value(), statement_cache_size=0
        )
        try:
            await refuse_unfit_role(connection)
            await refuse_unfinished_restore(connection)
        finally:
            await connection.close()
        await refuse_forgetful_pooler(
            settings.database_url.get_secret_value(),
            statement_cache_size=settings.statement_cache_size,
        )


def ensure_free(metrics_port: int) -> None:
    """Raises `Trouble`; the second listener's start would end the api by a traceback."""
    try:
        open_door(LOOPBACK, metrics_port).close()
    except Trouble as trouble:
        raise Trouble(
            f"METRICS_PORT: {trouble.what[0].lower()}{trouble.what[1:]}",
            "Choose another, or 0 for no metrics.",
        ) from trouble


def configuration(settings: Settings) -> uvicorn.Config:
    """Uvicorn as production wants it: its lines go through our logs, its name is not shown."""
    return uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=Repeating,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=_GRACE_S,
        backlog=1024,
    )


def inherited_door() -> socket.socket | None:
    """The socket that a supervisor opened for us (LISTEN_FD), which outlives our restarts."""
    number = os.environ.get("LISTEN_FD")
    return socket.socket(fileno=int(number)) if number else None


if __name__ == "__main__":
    try:
        serve()
    except Trouble as trouble:
        sys.exit(f"parvis: {trouble}")
