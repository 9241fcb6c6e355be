"""Discord in the conformance suite."""

from domain.connector.dialects.rate import Rate
from domain.connector.words import Access, Grant, InboxKind, Login
from tests.networks.cases import NetworkCase
from tests.networks.drafts import DATE, IN_A_MINUTE
from tests.networks.scripted import Exchange

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
CHANNEL = "1442000000000000001"
MESSAGES = f"/api/v10/channels/{CHANNEL}/messages"


def refused(status: int, code: int, words: str, **headers: str) -> Exchange:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"code": code, "message": words}
    return Exchange(method="", path="", status=status, headers=named, json_={**body})


CASE = NetworkCase(
    access=Access(
        server="https://discord.com",
        remote_id=CHANNEL,
        handle="village-news",
        grant=Grant(
            access=TOKEN,
            extra={"bot_id": "1442000000000000007", "guild_id": "1442000000000000000"},
        ),
    ),
    login=Login({"token": TOKEN, "channel": CHANNEL}),
    write=("POST", MESSAGES),
    failures={
        "rate_limited": refused(
            429,
            0,
            "You are being rate limited.",
            date=DATE,
            retry_after="60",
            x_ratelimit_limit="5",
            x_ratelimit_remaining="0",
            x_ratelimit_reset="1795341660.123",
            x_ratelimit_reset_after="59.57",
            x_ratelimit_bucket="abcd1234",
            x_ratelimit_scope="user",
        ),
        "locked_out": refused(401, 0, "401: Unauthorized"),
        "refused": refused(400, 50035, "Invalid Form Body"),
        "out_of_order": Exchange(method="", path="", status=503, text="upstream connect error"),
    },
    inbox_kinds=frozenset({InboxKind.MENTION, InboxKind.REPLY}),
    post_ids=("1442000000000000101",),
    a_day='"duration": 24',
    secrets=(TOKEN,),
    rate=Rate(5, 4, IN_A_MINUTE),
)
