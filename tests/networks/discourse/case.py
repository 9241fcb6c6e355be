"""Discourse in the conformance suite."""

from domain.connector.words import Access, Grant, InboxKind, Login
from tests.networks.cases import NetworkCase
from tests.networks.drafts import DATE
from tests.networks.scripted import Exchange

SERVER = "https://forum.village.example"
_NUMBERS = {"501": 1, "502": 2}


def refused(status: int, kind: str, words: str, **headers: str) -> Exchange:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"errors": [words], "error_type": kind, "message": ""}
    return Exchange(method="", path="", status=status, headers=named, json_={**body})


CASE = NetworkCase(
    access=Access(
        server=SERVER,
        remote_id="village_news",
        handle="village_news",
        grant=Grant(access="key-0", extra={"api_username": "village_news"}),
    ),
    login=Login({"server": f"{SERVER}/", "api_key": "key-0", "api_username": "village_news"}),
    write=("POST", "/posts.json"),
    failures={
        "rate_limited": refused(
            429,
            "rate_limit",
            "You’ve performed this action too many times, please wait 1 minute.",
            date=DATE,
            retry_after="60",
        ),
        "locked_out": refused(
            403,
            "invalid_access",
            "You are not permitted to view the requested resource. "
            "The API username or key is invalid.",
        ),
        "refused": refused(422, "", "Body is too short (minimum is 20 characters)"),
        "out_of_order": Exchange(method="", path="", status=502, text="<h1>Bad Gateway</h1>"),
    },
    inbox_kinds=frozenset(
        {InboxKind.MENTION, InboxKind.REPLY, InboxKind.QUOTE, InboxKind.LIKE},
    ),
    post_ids=("501",),
    gone_id="999",
    named=lambda remote_id: f'"reply_to_post_number": {_NUMBERS[remote_id]}',
    a_day="close=2026-11-23T10:00:00+00:00",
    secrets=("key-0",),
    seeks_first=True,
)
