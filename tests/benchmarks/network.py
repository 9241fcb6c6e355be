"""A network in a process of its own that speaks just enough of the sandbox's protocol.

It takes posts and notes the moment each request was there whole: no storage, no framework, so
that what is measured is the worker. `GET /arrivals` tells the moments by text.
"""

import asyncio
import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import uvloop

HEAD_ENDS = b"\r\n\r\n"
PEOPLE: dict[str, Any] = {"media": [], "reply_to": None, "root_id": None}


class Network(asyncio.Protocol):
    arrivals: dict[str, float] = {}  # noqa: RUF012 - one network, many connections

    def __init__(self) -> None:
        self._heard = b""
        self._write: Callable[[bytes], None]

    def connection_made(self, transport: Any) -> None:
        self._write = transport.write

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while (end := self._heard.find(HEAD_ENDS)) >= 0:
            head = self._heard[:end].lower()
            whole = end + len(HEAD_ENDS) + _length(head)
            if len(self._heard) < whole:
                return
            body = self._heard[end + len(HEAD_ENDS) : whole]
            self._heard = self._heard[whole:]
            self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"post /v1/posts"):
            self._say(201, _published(json.loads(body)["text"]))
        elif head.startswith(b"get /arrivals"):
            self._say(200, self.arrivals)
        else:
            self._say(200, {})

    def _say(self, status: int, found: object) -> None:
        body = json.dumps(found).encode()
        head = (
            f"HTTP/1.1 {status} OK\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        self._write(head.encode() + body)


def _published(text: str) -> dict[str, Any]:
    Network.arrivals[text] = time.time()
    return {
        **PEOPLE,
        "id": text,
        "handle": "village",
        "text": text,
        "language": None,
        "url": f"http://network.example/{text}",
        "created_at": datetime.now(UTC).isoformat(),
    }


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Network, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(os.environ["PORT"])))
