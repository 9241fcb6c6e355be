"""Threads in the conformance suite."""

from datetime import timedelta

from pydantic import JsonValue

from domain.connector.dialects.rate import Rate
from domain.connector.words import Access, Grant, InboxKind, Login
from tests.networks.cases import NetworkCase
from tests.networks.drafts import DATE, NOW
from tests.networks.scripted import Exchange

TOKEN = "THAAGm0PX4ZCpsBAKZCmYqgZAZB2kZD"
USER = "25000000000000001"
ROOT = "/v1.0"
MADE, PUBLISH = f"{ROOT}/{USER}/threads", f"{ROOT}/{USER}/threads_publish"


def refused(status: int, code: int, words: str, **more: JsonValue) -> Exchange:
    error: JsonValue = {
        "message": words,
        "type": "THApiException",
        "code": code,
        "fbtrace_id": "AbCdEfGhIjK",
        **more,
    }
    return Exchange(method="", path="", status=status, json_={"error": error})


USED = f'{{"{USER}": [{{"call_count": 100, "estimated_time_to_regain_access": 1}}]}}'
CASE = NetworkCase(
    access=Access(
        server="https://graph.threads.net",
        remote_id=USER,
        handle="village.news",
        grant=Grant(access=TOKEN, refresh=TOKEN, expires_at=NOW + timedelta(days=50)),
    ),
    login=Login({"token": TOKEN}),
    write=("POST", PUBLISH),
    says=("POST", MADE),
    failures={
        "rate_limited": refused(403, 4, "(#4) Application request limit reached").model_copy(
            update={"headers": {"date": DATE, "x-business-use-case-usage": USED}}
        ),
        "locked_out": refused(400, 190, "Error validating access token", error_subcode=463),
        "refused": refused(400, 100, "Invalid parameter", error_subcode=4279048),
        "out_of_order": refused(500, 2, "An unexpected error has occurred.", is_transient=True),
    },
    inbox_kinds=frozenset({InboxKind.MENTION, InboxKind.REPLY}),
    post_ids=("18000000000000201",),
    renews_grant=True,
    poll_write=("POST", MADE),
    a_day='"option_b"',
    video_failure="FAILED_PROCESSING_VIDEO",
    secrets=(TOKEN,),
    rate=Rate(100, 72, NOW + timedelta(hours=1), is_share=True),
)
