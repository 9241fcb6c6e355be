"""LinkedIn in the conformance suite: an organisation, for which all can be read."""

from domain.connector.words import Access, Grant, InboxKind, Login
from tests.networks.cases import NetworkCase
from tests.networks.drafts import DATE
from tests.networks.scripted import Exchange

TOKEN = "AQVJ2r9mF3zTq0XbN4kLw7cYhP8sDu1eGi6oRa5vMxKf"
ORGANIZATION = "urn:li:organization:2414183"
SERVER = "https://api.linkedin.com"


def refused(status: int, code: str, words: str, *, number: int = 0, **headers: str) -> Exchange:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"status": status, "serviceErrorCode": number, "code": code, "message": words}
    return Exchange(method="", path="", status=status, headers=named, json_={**body})


CASE = NetworkCase(
    access=Access(
        server=SERVER,
        remote_id=ORGANIZATION,
        handle="village-cafe",
        grant=Grant(access=TOKEN),
    ),
    login=Login({"access_token": TOKEN, "author": "2414183"}),
    write=("POST", "/rest/posts"),
    failures={
        "rate_limited": refused(
            429,
            "TOO_MANY_REQUESTS",
            "Resource level throttle MEMBER limit for calls to this resource is reached.",
            number=101,
            date=DATE,
            retry_after="60",
        ),
        "locked_out": refused(
            401,
            "REVOKED_ACCESS_TOKEN",
            "The token used in the request has been revoked by the user",
            number=65601,
        ),
        "refused": refused(422, "FIELD_LENGTH_TOO_LONG", "/commentary is too long"),
        "out_of_order": refused(500, "INTERNAL_SERVER_ERROR", "Internal Server Error"),
    },
    inbox_kinds=frozenset({InboxKind.REPLY, InboxKind.MENTION, InboxKind.LIKE, InboxKind.REPOST}),
    post_ids=("urn:li:share:7431229065766260701", "urn:li:share:7431229065766260702"),
    gone_id="urn:li:comment:(urn:li:activity:7431229065766260735,7431329065766260999)",
    video_failure="The video file is corrupt.",
    secrets=(TOKEN,),
)
