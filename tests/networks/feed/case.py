"""Feeds in the conformance suite."""

from domain.connector.words import InboxKind, Login
from tests.networks.cases import NetworkCase
from tests.networks.drafts import DATE
from tests.networks.feed.documents import ACCESS, URL
from tests.networks.scripted import Exchange


def refused(status: int, **headers: str) -> Exchange:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Exchange(method="", path="", status=status, headers=named, text="Go away")


CASE = NetworkCase(
    access=ACCESS,
    login=Login({"url": URL}),
    write=("", ""),
    failures={
        "rate_limited": refused(429, date=DATE, retry_after="60"),
        "locked_out": refused(401),
        "refused": refused(403),
        "out_of_order": refused(500),
    },
    inbox_kinds=frozenset({InboxKind.ENTRY}),
    secrets=("a-secret-nobody-has",),
)
