"""OAuth's code flow as most networks speak it."""

from datetime import timedelta
from time import process_time

import pytest
from pydantic import JsonValue

from domain.connector.dialects import oauth2
from domain.connector.errors import GrantExpired, OutcomeUnknown, RateLimited, Refused, Unavailable
from tests.networks.drafts import NOW
from tests.networks.scripted import Exchange, ScriptedHttp


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"error": "invalid_grant"}, GrantExpired),
        (401, {"error": "invalid_client"}, Refused),
        (400, {"error": "temporarily_unavailable"}, Refused),
        (429, {"error": "slow_down"}, RateLimited),
        (503, {}, OutcomeUnknown),
        (200, {"token": "odd"}, OutcomeUnknown),
    ],
)
async def test_only_a_recognised_grant_error_says_that_the_grant_is_gone(
    status: int, body: dict[str, str], expected: type[Exception]
) -> None:
    answer = Exchange(method="POST", path="/token", status=status, json_=dict(body))

    with pytest.raises(expected) as caught:
        await oauth2.ask_tokens(ScriptedHttp([answer]), "https://x.example/token", {"code": "c"})

    assert type(caught.value) is expected


async def test_what_a_server_repeats_of_our_secrets_is_masked() -> None:
    body = {"error": "invalid_request", "error_description": "bad code hunter2-code"}
    answer = Exchange(method="POST", path="/token", status=400, json_=dict(body))

    with pytest.raises(Refused) as caught:
        await oauth2.ask_tokens(
            ScriptedHttp([answer]), "https://x.example/token", {"code": "hunter2-code"}
        )

    assert "hunter2" not in caught.value.said


async def test_what_a_server_says_against_us_is_read_in_reasonable_time() -> None:
    body: dict[str, JsonValue] = {"error": "no", "error_description": "eyJaaaaaaaa-" * 100_000}
    answer = Exchange(method="POST", path="/token", status=400, json_=body)
    began = process_time()

    with pytest.raises(Refused) as caught:
        await oauth2.ask_tokens(ScriptedHttp([answer]), "https://x.example/token", {"code": "c"})

    assert caught.value.said.startswith("400 no eyJ")
    assert process_time() - began < 10


async def test_facts_that_cannot_be_had_now_are_asked_for_later() -> None:
    away = Exchange(
        method="GET", path="/.well-known/oauth-authorization-server", error="outcome_unknown"
    )

    with pytest.raises(Unavailable):
        await oauth2.discover(ScriptedHttp([away]), "https://x.example")


def test_a_page_keeps_the_query_of_its_own() -> None:
    assert oauth2.page_url("https://x.example/a?b=1", c="2") == "https://x.example/a?b=1&c=2"


@pytest.mark.parametrize(
    ("told", "lasts"),
    [(3600, 3600), (0, 0), (-(10**30), 0), (10**12, 3653 * 86_400), (10**30, 3653 * 86_400)],
)
async def test_no_length_that_a_network_tells_is_beyond_the_calendar(told: int, lasts: int) -> None:
    body = {"access_token": "t", "expires_in": told}
    answer = Exchange(method="POST", path="/token", json_={**body})

    tokens = await oauth2.ask_tokens(ScriptedHttp([answer]), "https://x.example/token", {})

    assert tokens.grant(now=NOW).expires_at == NOW + timedelta(seconds=lasts)
