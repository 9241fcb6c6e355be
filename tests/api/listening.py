"""The api on a loopback port, for clients that need a real socket."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from api.cli.serving import configuration
from api.repeating import Repeating
from api.wire import Wire
from domain.kernel.settings import Settings

START_S = 20


@contextmanager
def listening(
    settings: Settings, wire: type[Wire] = Repeating, *, keep_alive_s: int = 5
) -> Iterator[str]:
    """Its root, such as `http://127.0.0.1:40123`, for as long as the block runs."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        configured = configuration(settings)
        configured.http, configured.timeout_keep_alive = wire, keep_alive_s
        server = uvicorn.Server(configured)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        ends_at = time.monotonic() + START_S
        while not server.started and thread.is_alive() and time.monotonic() < ends_at:
            time.sleep(0.05)
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(START_S)
