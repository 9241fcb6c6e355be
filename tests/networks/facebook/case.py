"""Facebook in the conformance suite."""

from datetime import timedelta

from pydantic import JsonValue

from domain.connector.dialects.rate import Rate
from domain.connector.words import Access, Grant, InboxKind, Login
from tests.networks.cases import NetworkCase
from tests.networks.drafts import DATE, NOW
from tests.networks.scripted import Exchange

TOKEN = "EAAGm0PX4ZCpsBAKZCmYqgZAZB2kZD"
SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
PAGE = "104000000000001"
ROOT = "/v26.0"
FEED = f"{ROOT}/{PAGE}/feed"


def refused(status: int, code: int, words: str, **more: JsonValue) -> Exchange:
    error: JsonValue = {
        "message": words,
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "AbCdEfGhIjK",
        **more,
    }
    return Exchange(method="", path="", status=status, json_={"error": error})


CASE = NetworkCase(
    access=Access(
        server="https://graph.facebook.com",
        remote_id=PAGE,
        handle="village.news",
        grant=Grant(access=TOKEN, extra={"app_secret": SECRET}),
    ),
    login=Login({"token": TOKEN, "app_secret": SECRET}),
    write=("POST", FEED),
    failures={
        "rate_limited": refused(
            400, 80001, "(#80001) There have been too many calls to this Page account."
        ).model_copy(
            update={
                "headers": {
                    "date": DATE,
                    "x-business-use-case-usage": f'{{"{PAGE}": [{{"type": "pages", '
                    '"call_count": 100, "total_cputime": 25, "total_time": 25, '
                    '"estimated_time_to_regain_access": 1}]}',
                }
            }
        ),
        "locked_out": refused(
            400, 190, "Error validating access token: Session has expired.", error_subcode=463
        ),
        "refused": refused(400, 100, "Invalid parameter", error_subcode=1366046),
        "out_of_order": refused(500, 1, "An unknown error occurred", error_subcode=99),
    },
    inbox_kinds=frozenset({InboxKind.MENTION, InboxKind.REPLY}),
    post_ids=(f"{PAGE}_201",),
    video_write=("POST", f"{ROOT}/{PAGE}/videos"),
    video_word="finish",
    video_failure="The file is no video that we know.",
    secrets=(TOKEN, SECRET),
    rate=Rate(100, 72, NOW + timedelta(hours=1), is_share=True),
)
