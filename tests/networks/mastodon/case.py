"""Mastodon in the conformance suite."""

import json

from domain.connector.dialects.rate import Rate
from domain.connector.words import Access, Grant, InboxKind, Login
from tests.networks.cases import NetworkCase
from tests.networks.drafts import DATE, IN_A_MINUTE
from tests.networks.scripted import NETWORKS, Exchange

ACCOUNT = json.loads((NETWORKS / "mastodon" / "recorded" / "account.json").read_text())


def refused(status: int, error: str, **headers: str) -> Exchange:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"error": error, "error_description": ""}
    return Exchange(method="", path="", status=status, headers=named, json_={**body})


CASE = NetworkCase(
    access=Access(
        server=ACCOUNT["server"],
        remote_id=ACCOUNT["remote_id"],
        handle=ACCOUNT["handle"],
        grant=Grant(access="access-0"),
    ),
    login=Login({"server": f"{ACCOUNT['server']}/", "access_token": "access-0"}),
    write=("POST", "/api/v1/statuses"),
    failures={
        "rate_limited": refused(
            429,
            "Too many requests",
            date=DATE,
            x_ratelimit_limit="300",
            x_ratelimit_remaining="0",
            x_ratelimit_reset="2026-11-22T10:01:00.000000Z",
        ),
        "locked_out": refused(401, "The access token is invalid"),
        "refused": refused(422, "Validation failed: Text can't be blank"),
        "out_of_order": refused(503, "There was a temporary problem serving your request"),
    },
    inbox_kinds=frozenset(
        {
            InboxKind.MENTION,
            InboxKind.REPLY,
            InboxKind.LIKE,
            InboxKind.REPOST,
            InboxKind.FOLLOW,
        }
    ),
    post_ids=(ACCOUNT["post_id"],),
    gone_id=ACCOUNT["gone_id"],
    secrets=("access-0",),
    quoted=("https://other.example/@bea/7", "1795342367999"),
    video_failure="422 Error processing thumbnail",
    rate=Rate(300, 288, IN_A_MINUTE),
)
