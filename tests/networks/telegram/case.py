"""Telegram in the conformance suite."""

from pydantic import JsonValue

from domain.connector.words import Access, Grant, InboxKind, Login
from tests.networks.cases import NetworkCase
from tests.networks.drafts import DATE
from tests.networks.scripted import Exchange

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
BOT = f"/bot{TOKEN}"


def refused(status: int, words: str, parameters: JsonValue = None) -> Exchange:
    body: JsonValue = {
        "ok": False,
        "error_code": status,
        "description": words,
        **({} if parameters is None else {"parameters": parameters}),
    }
    return Exchange(method="", path="", status=status, headers={"date": DATE}, json_=body)


CASE = NetworkCase(
    access=Access(
        server="https://api.telegram.org",
        remote_id="-1002003004005",
        handle="village_news",
        grant=Grant(access=TOKEN, extra={"bot_name": "village_bot"}),
    ),
    login=Login({"token": TOKEN, "chat": "@village_news"}),
    write=("POST", f"{BOT}/sendMessage"),
    poll_write=("POST", f"{BOT}/sendPoll"),
    failures={
        "rate_limited": refused(429, "Too Many Requests: retry after 60", {"retry_after": 60}),
        "locked_out": refused(401, "Unauthorized"),
        "refused": refused(400, "Bad Request: message text is empty"),
        "out_of_order": refused(502, "Bad Gateway"),
    },
    inbox_kinds=frozenset({InboxKind.MENTION, InboxKind.REPLY}),
    named=lambda remote_id: f'"message_id": {remote_id}',
    has_alt_texts=False,
    has_secret_in_path=True,
    secrets=(TOKEN,),
    video_write=("POST", f"{BOT}/sendVideo"),
)
