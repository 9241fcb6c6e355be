"""Runs within mitmproxy: to the calls of each wire befalls what was ordered of it.

A wire is a port in front of a server. Its orders stand in `<port>.json`; each call that one of them
befell adds a line to `<port>.met`. `wires.json` says for each port how the server names itself.
"""

import asyncio
import json
import os
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

from mitmproxy.http import HTTPFlow, Response
from mitmproxy.net.http.http1.assemble import assemble_request

_FOLDER = Path(os.environ["WIRES"])
_LOOKS_EVERY_S = 0.1


class Befalling:
    """Kinds of orders are those of the sandbox, and `stale_token` and `late_arrival`."""

    def __init__(self) -> None:
        self._names: dict[str, str] = json.loads((_FOLDER / "wires.json").read_text())
        self._befell: Counter[str] = Counter()
        self._late: set[asyncio.Task[None]] = set()

    async def request(self, flow: HTTPFlow) -> None:
        port = str(flow.client_conn.sockname[1])
        flow.request.host_header = self._names[port]
        order = flow.metadata["order"] = self._order_of(port, flow)
        kind = order.get("kind")
        if kind == "reset_before":
            flow.kill()
        elif kind == "late_arrival":
            flow.kill()
            self._arrive_late(port, flow, order)
        elif kind == "timeout_before":
            await _hang(flow, order["seconds"])
        elif kind == "stale_token":
            flow.request.headers["authorization"] = f"Bearer {order['token']}"
        elif kind in ("server_error", "rate_limited"):
            flow.response = _said(order["reply"])

    async def response(self, flow: HTTPFlow) -> None:
        port = str(flow.client_conn.sockname[1])
        order = flow.metadata["order"]
        kind = order.get("kind")
        _rename(flow, self._names[port], port)
        if kind == "reset_after_success":
            flow.kill()
        elif kind == "timeout_after_success":
            await _hang(flow, order["seconds"])
        elif kind == "server_error_after_success":
            flow.response = _said(order["reply"])
        elif kind == "truncated_after_success":
            _cut(flow)
        elif kind == "slow_media":
            await asyncio.sleep(order["seconds"])

    def _order_of(self, port: str, flow: HTTPFlow) -> dict[str, Any]:
        """The first order that is not used up and means this call, told as met; else nothing."""
        orders = _FOLDER / f"{port}.json"
        call = f"{flow.request.method} {flow.request.path}"
        said = (flow.request.content or b"").decode(errors="ignore")
        for order in json.loads(orders.read_text()) if orders.exists() else []:
            is_meant = re.search(order["calls"], call) and order.get("says", "") in said
            if is_meant and self._befell[order["id"]] < order["times"]:
                self._befell[order["id"]] += 1
                if order["kind"] != "late_arrival":
                    _met(port, order)
                return dict(order)
        return {}

    def _arrive_late(self, port: str, flow: HTTPFlow, order: dict[str, Any]) -> None:
        """The call goes its way though its caller gave it up long ago."""
        flow.request.headers["connection"] = "close"
        call = assemble_request(flow.request)
        upstream_port = int(self._names[port].partition(":")[2])

        async def arrive() -> None:
            await asyncio.sleep(order["seconds"])
            answers, sends = await asyncio.open_connection("127.0.0.1", upstream_port)
            sends.write(call)
            await answers.read()
            sends.close()
            _met(port, order)

        late = asyncio.create_task(arrive())
        self._late.add(late)
        late.add_done_callback(self._late.discard)


def _met(port: str, order: dict[str, Any]) -> None:
    with (_FOLDER / f"{port}.met").open("a") as met:
        met.write(f"{order['id']} {order['kind']}\n")


async def _hang(flow: HTTPFlow, seconds: float) -> None:
    """Nothing is heard of the call; it goes no further, even where its caller is gone."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at and flow.client_conn.connected:  # noqa: ASYNC110 - nothing tells when a caller goes
        await asyncio.sleep(_LOOKS_EVERY_S)
    flow.kill()


def _said(reply: dict[str, Any]) -> Response:
    """`{epoch}` in a header becomes the moment a second from now."""
    headers = {
        name: value.replace("{epoch}", str(int(time.time()) + 1))
        for name, value in reply["headers"].items()
    }
    headers["date"] = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())
    return Response.make(reply["status"], reply["body"], headers)


def _rename(flow: HTTPFlow, name: str, port: str) -> None:
    """The server names itself by the wire, so that whoever follows stays on it."""
    here = f"{name.partition(':')[0]}:{port}"
    if flow.response is None:
        return
    for header, value in flow.response.headers.items():
        flow.response.headers[header] = value.replace(name, here)
    content = flow.response.content or b""
    if name.encode() in content:
        flow.response.content = content.replace(name.encode(), here.encode())


def _cut(flow: HTTPFlow) -> None:
    """Half of the body, of which the whole was announced."""
    if flow.response is None:
        return
    body = flow.response.raw_content or b""
    flow.response.headers.pop("transfer-encoding", None)
    flow.response.raw_content = body[: len(body) // 2]
    flow.response.headers["content-length"] = str(len(body))
    flow.response.headers["connection"] = "close"


addons = [Befalling()]
