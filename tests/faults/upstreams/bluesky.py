"""A PDS as a far side: an account for each cell, counted by the records of its repository."""

import base64
import hmac
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.faults.columns import Fault
from tests.faults.upstreams.wired import Calls, Open, Reply, Wired
from tests.faults.wires import Wire
from tests.real import rigs

_JSON = {"content-type": "application/json; charset=utf-8"}
_CALLS = Calls(
    publish="POST .*com.atproto.repo.(createRecord|applyWrites)",
    comment="POST .*com.atproto.repo.(createRecord|applyWrites)",
    upload="POST .*com.atproto.repo.uploadBlob",
    read="GET .*com.atproto.repo.getRecord",
    slow_down=Reply(
        429,
        {
            **_JSON,
            "ratelimit-limit": "5000",
            "ratelimit-remaining": "0",
            "ratelimit-reset": "{epoch}",
            "ratelimit-policy": "5000;w=3600",
        },
        json.dumps({"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}),
    ),
    broken=Reply(502, _JSON, json.dumps({"error": "UpstreamFailure"})),
)
_SECRET = b"jwt-secret"
"""With which the development network signs what it hands out."""


@dataclass
class Repository(Wired):
    person: httpx2.Client
    """As whoever owns the account."""
    handle: str
    session: dict[str, str]
    bought_by: str = ""
    """The name of the app password of the last login."""
    network = "bluesky"
    calls = _CALLS

    def login(self) -> dict[str, str]:
        self.bought_by = f"parvis {time.monotonic_ns()}"
        made = _post(self.person, "createAppPassword", name=self.bought_by)
        server = self.wire.origin
        return {"server": server, "handle": self.handle, "app_password": made["password"]}

    def take_away(self) -> None:
        """What a taken back password bought can be renewed no more, and is good until it ends."""
        _post(self.person, "revokeAppPassword", name=self.bought_by)

    def standing(self) -> Sequence[tuple[str, str]]:
        asked = {"repo": self.session["did"], "collection": "app.bsky.feed.post", "limit": "100"}
        answer = self.person.get("/com.atproto.repo.listRecords", params=asked)
        answer.raise_for_status()
        return [(each["value"]["text"], each["uri"]) for each in answer.json()["records"]]

    def _orders(self, fault: Fault, *, times: int, breaks_read: bool) -> Sequence[dict[str, Any]]:
        """Where a session is to be over, one call comes with a token that ended an hour ago."""
        orders = super()._orders(fault, times=times, breaks_read=breaks_read)
        if fault.kind != "revoked_token" and fault.session_s is None:
            return orders
        token = _ended(self.session["accessJwt"])
        stale = {"kind": "stale_token", "calls": _CALLS.publish, "times": 1, "token": token}
        return [*orders, stale]


@contextmanager
def bluesky() -> Iterator[tuple[str, Open]]:
    with rigs.bluesky() as server, ExitStack() as people:

        def settle(wire: Wire, name: str, fault: Fault) -> Repository | None:
            """A session outlives the password that bought it."""
            if fault.strike == "revoke token":
                return None
            url = f"{server.pds}/xrpc"
            person = people.enter_context(httpx2.Client(base_url=url, timeout=60))
            wanted = {"handle": f"{name}.test", "email": f"{name}@village.example"}
            session = _post(person, "createAccount", **wanted, password=f"{name}-password")
            person.headers["authorization"] = f"Bearer {session['accessJwt']}"
            return Repository(wire, person, wanted["handle"], session)

        yield server.pds, settle


def _post(person: httpx2.Client, method: str, **body: str) -> dict[str, str]:
    answer = person.post(f"/com.atproto.server.{method}", json=body)
    answer.raise_for_status()
    return {**answer.json()} if answer.content else {}


def _ended(token: str) -> str:
    """Such a token as the PDS gave out for an app password three hours ago."""
    head, claims, _ = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    hours_ago = int(time.time()) - 3 * 3600
    changed = {**told, "scope": "com.atproto.appPass", "iat": hours_ago, "exp": hours_ago + 7200}
    signed = f"{head}.{_spelled(json.dumps(changed).encode())}"
    return f"{signed}.{_spelled(hmac.digest(_SECRET, signed.encode(), 'sha256'))}"


def _spelled(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
