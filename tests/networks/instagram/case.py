"""Instagram in the conformance suite, by the token of a Page."""

from datetime import timedelta

from pydantic import JsonValue

from domain.connector.dialects.rate import Rate
from domain.connector.words import Access, Grant, InboxKind, Login
from tests.networks.cases import NetworkCase
from tests.networks.drafts import DATE, NOW
from tests.networks.scripted import Exchange

TOKEN = "EAAGm0PX4ZCpsBAKZCmYqgZAZB2kZD"
SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
USER = "17841400000000001"
ROOT = "/v26.0"
MADE, PUBLISH = f"{ROOT}/{USER}/media", f"{ROOT}/{USER}/media_publish"


def refused(status: int, code: int, words: str, **more: JsonValue) -> Exchange:
    error: JsonValue = {
        "message": words,
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "AbCdEfGhIjK",
        **more,
    }
    return Exchange(method="", path="", status=status, json_={"error": error})


USED = f'{{"{USER}": [{{"call_count": 100, "estimated_time_to_regain_access": 1}}]}}'
CASE = NetworkCase(
    access=Access(
        server="https://graph.facebook.com",
        remote_id=USER,
        handle="village.news",
        grant=Grant(access=TOKEN, extra={"app_secret": SECRET}),
    ),
    login=Login({"token": TOKEN, "app_secret": SECRET}),
    write=("POST", PUBLISH),
    says=("POST", MADE),
    failures={
        "rate_limited": refused(
            400, 80002, "(#80002) There have been too many calls to this Instagram account."
        ).model_copy(update={"headers": {"date": DATE, "x-business-use-case-usage": USED}}),
        "locked_out": refused(
            400, 190, "Error validating access token: Session has expired.", error_subcode=463
        ),
        "refused": refused(400, 100, "Invalid parameter", error_subcode=2207023),
        "out_of_order": refused(400, -1, "Fatal", error_subcode=2207001),
    },
    inbox_kinds=frozenset({InboxKind.MENTION, InboxKind.REPLY}),
    post_ids=("17890000000000201",),
    video_failure="Error: Media upload has failed with error code 2207026",
    secrets=(TOKEN, SECRET),
    rate=Rate(100, 72, NOW + timedelta(hours=1), is_share=True),
)
