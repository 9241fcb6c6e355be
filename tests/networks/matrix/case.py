"""Matrix in the conformance suite."""

import json

from domain.connector.words import Access, Grant, InboxKind, Login
from domain.networks.matrix.wire import USER
from tests.networks.cases import NetworkCase
from tests.networks.drafts import DATE
from tests.networks.scripted import NETWORKS, Exchange

ACCOUNT = json.loads((NETWORKS / "matrix" / "recorded" / "account.json").read_text())
ROOM = f"/_matrix/client/v3/rooms/{ACCOUNT['remote_id']}"
SELF = "@ana:village.example"


def refused(status: int, errcode: str, error: str, **headers: str) -> Exchange:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"errcode": errcode, "error": error, "message": ""}
    return Exchange(method="", path="", status=status, headers=named, json_={**body})


CASE = NetworkCase(
    access=Access(
        server=ACCOUNT["server"],
        remote_id=ACCOUNT["remote_id"],
        handle=ACCOUNT["handle"],
        grant=Grant(access="access-0", extra={USER: SELF}),
    ),
    login=Login(
        {
            "server": f"{ACCOUNT['server']}/",
            "room": ACCOUNT["handle"],
            "access_token": "access-0",
        }
    ),
    write=("PUT", f"{ROOM}/send/m.room.message/*"),
    failures={
        "rate_limited": refused(
            429, "M_LIMIT_EXCEEDED", "Too Many Requests", date=DATE, retry_after="60"
        ),
        "locked_out": refused(401, "M_UNKNOWN_TOKEN", "Invalid access token passed."),
        "refused": refused(403, "M_FORBIDDEN", "You may not speak here."),
        "out_of_order": refused(503, "M_UNKNOWN", "Internal server error"),
    },
    inbox_kinds=frozenset({InboxKind.MENTION, InboxKind.REPLY, InboxKind.LIKE}),
    post_ids=(ACCOUNT["post_id"],),
    gone_id=ACCOUNT["gone_id"],
    secrets=("access-0",),
)
