"""Waits for the api's first answer."""

import http.client
import select
import time
from urllib.parse import urlsplit

from api.cli import processes
from api.cli.children import Child
from api.cli.trouble import Trouble


def wait_for_answer(api: Child, url: str, within_s: float) -> None:
    """Return once `/readyz` says yes. One request waits at the open door while the api starts."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if _asked_once(api, url, deadline) == http.client.OK:
            return
        processes.pause(0.1)
    raise Trouble(f"The api was not ready within {within_s:.0f} s.", f"See {api.log}.")


def _asked_once(api: Child, url: str, deadline: float) -> int:
    place = urlsplit(url)
    wire = http.client.HTTPConnection(place.hostname or "", place.port, timeout=5)
    try:
        wire.request("GET", "/readyz", headers={"Connection": "close"})
        while not select.select([wire.sock], [], [], 0.05)[0]:
            if not api.is_running:
                raise api.failed()
            if time.monotonic() > deadline:
                return 0
        return wire.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        wire.close()
