"""The api alone, one process, on uvicorn: `python -m api.cli.serving`."""

import os
import socket
import sys

import uvicorn

from api.cli.surroundings import read_settings
from api.cli.trouble import Trouble
from api.main import create_app
from domain.kernel.memory import keep_out_of_collections
from domain.kernel.settings import Settings

_GRACE_S = 2


def serve() -> None:
    settings = read_settings()
    server = uvicorn.Server(configuration(settings))
    keep_out_of_collections()
    server.run(sockets=inherited_door())
    if not server.started:
        raise Trouble("The api did not start.", "The lines above say why.")


def configuration(settings: Settings) -> uvicorn.Config:
    """Uvicorn as production wants it: its lines go through our logs, its name is not shown."""
    return uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=_GRACE_S,
        backlog=1024,
    )


def inherited_door() -> list[socket.socket] | None:
    """The socket that a supervisor opened for us (LISTEN_FD), which outlives our restarts."""
    number = os.environ.get("LISTEN_FD")
    return [socket.socket(fileno=int(number))] if number else None


if __name__ == "__main__":
    try:
        serve()
    except Trouble as trouble:
        sys.exit(f"parvis: {trouble}")
