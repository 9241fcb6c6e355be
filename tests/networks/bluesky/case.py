"""Bluesky in the conformance suite."""

import json

from domain.connector.dialects.rate import Rate
from domain.connector.words import Access, Grant, InboxKind, Login
from tests.networks.cases import NetworkCase
from tests.networks.drafts import DATE, IN_A_MINUTE
from tests.networks.scripted import NETWORKS, Exchange

ACCOUNT = json.loads((NETWORKS / "bluesky" / "recorded" / "account.json").read_text())


def refused(status: int, error: str, message: str, **headers: str) -> Exchange:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"error": error, "message": message}
    return Exchange(method="", path="", status=status, headers=named, json_={**body})


CASE = NetworkCase(
    access=Access(
        server=ACCOUNT["server"],
        remote_id=ACCOUNT["remote_id"],
        handle=ACCOUNT["handle"],
        grant=Grant(access="access-0", refresh="refresh-0"),
    ),
    login=Login(
        {
            "server": ACCOUNT["server"],
            "handle": f"@{ACCOUNT['handle']}",
            "app_password": "abcd-efgh-ijkl-mnop",
        }
    ),
    write=("POST", "/xrpc/com.atproto.repo.createRecord"),
    failures={
        "rate_limited": refused(
            429,
            "RateLimitExceeded",
            "Rate Limit Exceeded",
            date=DATE,
            ratelimit_limit="3000",
            ratelimit_remaining="0",
            ratelimit_reset=str(int(IN_A_MINUTE.timestamp())),
            ratelimit_policy="3000;w=300",
        ),
        "locked_out": refused(400, "ExpiredToken", "Token has expired"),
        "refused": refused(400, "InvalidRequest", "Invalid app.bsky.feed.post record"),
        "out_of_order": refused(500, "InternalServerError", "Internal Server Error"),
    },
    inbox_kinds=frozenset(set(InboxKind) - {InboxKind.ENTRY}),
    post_ids=(ACCOUNT["post_id"],),
    gone_id=ACCOUNT["gone_id"],
    renews_grant=True,
    secrets=("abcd-efgh-ijkl-mnop",),
    quoted=(
        f"https://bsky.app/profile/{ACCOUNT['remote_id']}/post/{ACCOUNT['post_id'][-13:]}",
        ACCOUNT["post_id"],
    ),
    looks_after_failure=True,
    video_failure="encoding_failure No video stream.",
    rate=Rate(3000, 2999, IN_A_MINUTE),
    seeks_first=True,
)
