"""Consent at Instagram's own page, for an app that is brought along."""

from datetime import timedelta

import pytest
from pydantic import JsonValue

from domain.connector.consent import Begun
from domain.connector.errors import Refused
from domain.connector.words import Connected, Grant
from domain.networks.instagram import consent as instagram
from tests.networks.consenting import CALLBACK, Shelf, form_of, query_of, wish
from tests.networks.drafts import NOW
from tests.networks.instagram.case import ROOT, USER
from tests.networks.scripted import Exchange, ScriptedHttp

APP = {"app_id": "990602627938098", "app_secret": "0f1e2d3c4b5a"}
GRANTED = {"access_token": "IGshort", "user_id": "1020", "permissions": instagram.SCOPES}
LONG = Exchange(
    method="GET",
    path="/access_token",
    json_={"access_token": "IGlong", "token_type": "bearer", "expires_in": 5_183_944},
)
ME = Exchange(
    method="GET",
    path=f"{ROOT}/me",
    json_={"user_id": USER, "id": "2500", "username": "village.news"},
)


def short(told: JsonValue) -> Exchange:
    return Exchange(method="POST", path="/oauth/access_token", json_=told)


async def finish(http: ScriptedHttp, **fields: str) -> Connected:
    asked = wish(**APP, **fields)
    return await instagram.finish(http, asked, Begun(""), "AQBx-1#_", Shelf(), now=NOW)


async def test_page_asks_for_all_that_is_used_and_shows_no_secret() -> None:
    begun = await instagram.begin(ScriptedHttp([]), wish(**APP, hook_word="four"), Shelf())

    assert begun.url.startswith("https://www.instagram.com/oauth/authorize?")
    assert query_of(begun.url) == {
        "client_id": APP["app_id"],
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "state": "state-of-ours",
        "scope": instagram.SCOPES,
    }


@pytest.mark.parametrize(
    "told",
    [
        {"data": [GRANTED]},
        GRANTED,
        {**GRANTED, "permissions": instagram.SCOPES.split(",")},
        {"access_token": "IGshort"},
    ],
)
async def test_code_gives_a_token_for_the_accounts_own_door(told: JsonValue) -> None:
    http = ScriptedHttp([short(told), LONG, ME])

    connected = await finish(http, hook_word="four")

    http.assert_finished()
    exchange, lengthening, profile = http.calls
    assert exchange.url == "https://api.instagram.com/oauth/access_token"
    assert form_of(exchange)["code"] == "AQBx-1"
    assert lengthening.url == "https://graph.instagram.com/access_token"
    assert dict(lengthening.query) == {
        "grant_type": "ig_exchange_token",
        "client_secret": APP["app_secret"],
        "access_token": "IGshort",
    }
    assert [name for name, _ in profile.query] == ["fields"]
    ends_at = NOW + timedelta(seconds=5_183_944) - timedelta(days=10)
    kept = {"app_secret": APP["app_secret"], "hook_word": "four"}
    assert connected.grant == Grant("IGlong", "IGlong", ends_at, kept)
    assert (connected.server, connected.profile.remote_id) == ("https://graph.instagram.com", USER)


async def test_consent_without_what_posting_needs_names_what_is_missing() -> None:
    partial = short({"data": [{**GRANTED, "permissions": "instagram_business_basic"}]})

    with pytest.raises(Refused) as caught:
        await finish(ScriptedHttp([partial]))

    assert caught.value.code == "meta.permission_missing"
    assert caught.value.said == "instagram_business_content_publish"
