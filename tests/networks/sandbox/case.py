"""The sandbox in the conformance suite."""

from datetime import UTC, datetime

from domain.connector.words import Access, Grant, InboxKind, Login
from tests.networks.cases import NetworkCase
from tests.networks.drafts import DATE
from tests.networks.scripted import Exchange

SERVER = "http://sandbox.test"


def refused(status: int, code: str, **headers: str) -> Exchange:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    error = {"code": code, "message": "This was asked for."}
    return Exchange(method="", path="", status=status, headers=named, json_={"error": {**error}})


CASE = NetworkCase(
    access=Access(
        server=SERVER,
        remote_id="01a202ad-8d70-77f4-876e-bf3a90f83808",
        handle="village",
        grant=Grant(
            access="sba_5-AK70xZpmLexH6KMXWJQ5z5-AksuqTz",
            refresh="sbr_JnrGYq7kz5MwrEctuxmJplp8mdL-QE-j",
            expires_at=datetime(2026, 11, 22, 11, 0, tzinfo=UTC),
            extra={"idempotency": "D"},
        ),
    ),
    login=Login(
        {"server": SERVER, "handle": "village", "token": "sbx_G3IwCzBWmyRZAy61WI7GHSk695kqbnIZ"}
    ),
    write=("POST", "/v1/posts"),
    failures={
        "rate_limited": refused(429, "rate_limited", date=DATE, retry_after="60"),
        "locked_out": refused(401, "token_expired"),
        "refused": refused(422, "content_refused"),
        "out_of_order": refused(503, "server_error"),
    },
    inbox_kinds=frozenset(set(InboxKind) - {InboxKind.ENTRY}),
    post_ids=("01a202ad-8e5e-71bd-9918-6ab733b8f817",),
    renews_grant=True,
    secrets=("sbx_G3IwCzBWmyRZAy61WI7GHSk695kqbnIZ",),
    quoted=(
        f"{SERVER}/posts/01a202ad-8d99-7f00-8e11-0a1b2c3d4e5f",
        "01a202ad-8d99-7f00-8e11-0a1b2c3d4e5f",
    ),
    seeks_first=True,
)
