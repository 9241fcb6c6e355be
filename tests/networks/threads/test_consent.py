"""Consent at Threads' own page, for an app that is brought along."""

from datetime import timedelta

import pytest
from pydantic import JsonValue

from domain.connector.consent import Begun
from domain.connector.errors import NetworkError, OutcomeUnknown, RateLimited, Refused
from domain.connector.words import Connected, Grant
from domain.networks.threads import consent as threads
from tests.networks.consenting import CALLBACK, Shelf, form_of, query_of, wish
from tests.networks.drafts import NOW
from tests.networks.scripted import Exchange, ScriptedHttp, recorded
from tests.networks.threads.case import USER

APP = {"app_id": "990602627938098", "app_secret": "0f1e2d3c4b5a"}
SHORT = Exchange(
    method="POST", path="/oauth/access_token", json_={"access_token": "THshort", "user_id": 2500}
)
LONG = Exchange(
    method="GET",
    path="/access_token",
    json_={"access_token": "THlong", "token_type": "bearer", "expires_in": 5_183_944},
)


async def finish(http: ScriptedHttp, code: str = "AQBx-1", **fields: str) -> Connected:
    asked = wish(**APP, **fields)
    return await threads.finish(http, asked, Begun(""), code, Shelf(), now=NOW)


@pytest.mark.parametrize(
    ("fields", "page", "scope"),
    [
        ({}, "https://threads.com/oauth/authorize", threads.SCOPES),
        (
            {"scopes": "threads_basic", "server": "https://proxy.example/"},
            "https://proxy.example/oauth/authorize",
            "threads_basic",
        ),
    ],
)
async def test_page_asks_for_all_that_is_used_and_shows_no_secret(
    fields: dict[str, str], page: str, scope: str
) -> None:
    begun = await threads.begin(ScriptedHttp([]), wish(**APP, **fields), Shelf())

    assert begun.url.split("?")[0] == page
    assert query_of(begun.url) == {
        "client_id": APP["app_id"],
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "state": "state-of-ours",
        "scope": scope,
    }


@pytest.mark.parametrize("code", ["AQBx-1", "AQBx-1#_"])
async def test_code_gives_a_token_that_is_lengthened_and_extended_ten_days_before_its_end(
    code: str,
) -> None:
    http = ScriptedHttp([SHORT, LONG, *recorded("threads", "connect")])

    connected = await finish(http, code)

    http.assert_finished()
    exchange, lengthening, profile = http.calls
    assert exchange.url == "https://graph.threads.net/oauth/access_token"
    assert form_of(exchange) == {
        "client_id": APP["app_id"],
        "client_secret": APP["app_secret"],
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "code": "AQBx-1",
    }
    assert lengthening.url == "https://graph.threads.net/access_token"
    assert dict(lengthening.query) == {
        "grant_type": "th_exchange_token",
        "client_secret": APP["app_secret"],
        "access_token": "THshort",
    }
    assert profile.headers["authorization"] == "Bearer THlong"
    ends_at = NOW + timedelta(seconds=5_183_944) - timedelta(days=10)
    assert connected.grant == Grant("THlong", "THlong", ends_at)
    assert (connected.server, connected.profile.remote_id) == ("https://graph.threads.net", USER)


@pytest.mark.parametrize(
    ("status", "told", "error"),
    [
        (400, {"error_type": "OAuthException", "code": 400, "error_message": "used"}, Refused),
        (400, {"error": {"message": "Error validating client secret.", "code": 1}}, Refused),
        (400, {"error": {"message": "Application request limit", "code": 4}}, RateLimited),
        (503, {}, OutcomeUnknown),
        (200, {"error_type": "OAuthException", "code": 400}, OutcomeUnknown),
        (200, {"data": []}, OutcomeUnknown),
    ],
)
async def test_code_that_gives_nothing_is_not_tried_again(
    status: int, told: JsonValue, error: type[NetworkError]
) -> None:
    answer = SHORT.model_copy(update={"status": status, "json_": told})

    with pytest.raises(NetworkError) as caught:
        await finish(ScriptedHttp([answer]))

    assert type(caught.value) is error


async def test_what_is_repeated_of_code_and_secret_is_masked() -> None:
    told = {"error_message": f"AQBx-1 is not of {APP['app_secret']}"}
    answer = SHORT.model_copy(update={"status": 400, "json_": {**told}})

    with pytest.raises(Refused) as caught:
        await finish(ScriptedHttp([answer]))

    assert caught.value.said == '400 {"error_message": "[secret] is not of [secret]"}'


@pytest.mark.parametrize("script", [[SHORT, LONG], [SHORT, LONG, *recorded("threads", "connect")]])
async def test_network_that_is_away_once_the_code_is_used_ends_it(script: list[Exchange]) -> None:
    last = script[-1].model_copy(update={"error": "unavailable"})

    with pytest.raises(Refused) as caught:
        await finish(ScriptedHttp([*script[:-1], last]))

    assert caught.value.code == "consent.interrupted"


@pytest.mark.parametrize(("told", "days"), [(10**30, 50), (86_400 * 10, 5), (0, 0), (-5, 0)])
async def test_token_is_extended_in_time_whatever_is_said_of_its_length(
    told: int, days: int
) -> None:
    long = LONG.model_copy(update={"json_": {"access_token": "THlong", "expires_in": told}})

    connected = await finish(ScriptedHttp([SHORT, long, *recorded("threads", "connect")]))

    assert connected.grant.expires_at == NOW + timedelta(days=days)
