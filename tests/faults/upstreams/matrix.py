"""Synapse as a far side: a room and a device of Ana's for each cell, counted by their messages."""

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from tests.faults.columns import Fault
from tests.faults.upstreams.wired import Calls, Open, Reply, Wired
from tests.faults.wires import Wire
from tests.real import rigs
from tests.real.rigs import Matrix

_JSON = {"content-type": "application/json"}
_BUSY = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests", "retry_after_ms": 1000}
_CALLS = Calls(
    publish="PUT .*/rooms/.*/send/",
    comment="PUT .*/rooms/.*/send/",
    upload="POST .*/media/.*/upload",
    read="GET .*/rooms/.*/messages",
    slow_down=Reply(429, {**_JSON, "retry-after": "1"}, json.dumps(_BUSY)),
    broken=Reply(502, {"content-type": "text/html"}, "<title>502 Bad Gateway</title>"),
)


@dataclass
class Room(Wired):
    server: Matrix
    device: str
    """Of Ana's; whose token speaks."""
    room: str
    lasts_s: int | None
    """How long the first token is good for."""
    network = "matrix"
    calls = _CALLS

    def login(self) -> dict[str, str]:
        self.server.enter("ana", device=self.device)
        token = self.server.tokens[self.device]
        if self.lasts_s is not None:
            _let_end(self.server, token, self.lasts_s)
            self.asks, self.lasts_s = 1, None
        return {"server": self.wire.origin, "room": self.room, "access_token": token}

    def take_away(self) -> None:
        self.server.call(self.device, "POST", "logout", {})

    def standing(self) -> Sequence[tuple[str, str]]:
        path = f"rooms/{quote(self.room)}/messages?dir=b&limit=500"
        found = self.server.call("ana", "GET", path)["chunk"]
        said = [each for each in found if each["type"] == "m.room.message"]
        return [(_text_of(each["content"]), each["event_id"]) for each in said]


@contextmanager
def matrix() -> Iterator[tuple[str, Open]]:
    with rigs.matrix() as server:

        def settle(wire: Wire, name: str, fault: Fault) -> Room:
            """A token that ended cannot be renewed: somebody must bring another."""
            wanted = {"preset": "public_chat", "name": name}
            room = server.call("ana", "POST", "createRoom", wanted)["room_id"]
            return Room(wire, server, name, room, fault.session_s)

        yield server.url, settle


def _text_of(content: dict[str, str]) -> str:
    """What a picture shows ends its text."""
    return content.get("body", "").partition("\n")[0]


def _let_end(server: Matrix, token: str, seconds: int) -> None:
    """Nobody may have used the token yet: Synapse remembers what it read of one."""
    ends_at_ms = int((time.time() + seconds) * 1000)
    with closing(sqlite3.connect(server.database, timeout=20)) as rows, rows:
        statement = "UPDATE access_tokens SET valid_until_ms = ? WHERE token = ?"
        rows.execute(statement, (ends_at_ms, token))
