"""WordPress in the conformance suite."""

import json
from base64 import b64encode

from domain.connector.words import Access, Grant, InboxKind, Login, Metric
from domain.networks.wordpress.wire import API, USER
from tests.networks.cases import NetworkCase
from tests.networks.drafts import DATE
from tests.networks.scripted import NETWORKS, Exchange

ACCOUNT = json.loads((NETWORKS / "wordpress" / "recorded" / "account.json").read_text())
SITE = ACCOUNT["server"]
CREDENTIALS = b64encode(b"ana:access-0").decode()


def refused(status: int, code: str, message: str, **headers: str) -> Exchange:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"code": code, "message": message, "data": {"status": status}}
    return Exchange(method="", path="", status=status, headers=named, json_={**body})


CASE = NetworkCase(
    access=Access(
        server=SITE,
        remote_id=ACCOUNT["remote_id"],
        handle=ACCOUNT["handle"],
        grant=Grant(access="access-0", extra={API: f"{SITE}/wp-json", USER: "ana"}),
    ),
    login=Login({"site": f"{SITE}/", "user": "ana", "app_password": "access-0"}),
    write=("POST", "/wp-json/wp/v2/posts"),
    failures={
        "rate_limited": refused(
            429, "too_many_requests", "Too many requests.", date=DATE, retry_after="60"
        ),
        "locked_out": refused(401, "incorrect_password", "The password is not right."),
        "refused": refused(403, "rest_cannot_create", "Sorry, you are not allowed to do that."),
        "out_of_order": refused(503, "db_error", "The site has a problem."),
    },
    inbox_kinds=frozenset({InboxKind.REPLY}),
    post_ids=(ACCOUNT["post_id"],),
    gone_id=ACCOUNT["gone_id"],
    lone_metric=Metric.REPLIES,
    secrets=("access-0", CREDENTIALS),
)
