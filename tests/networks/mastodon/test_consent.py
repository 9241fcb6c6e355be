"""Consent at a Mastodon server's own page."""

from datetime import UTC, datetime

import pytest

from domain.connector.consent import Begun, Client
from domain.connector.dialects import oauth2
from domain.connector.errors import Refused
from domain.networks.mastodon import consent as mastodon
from tests.networks.consenting import CALLBACK, Shelf, query_of, wish
from tests.networks.scripted import Exchange, ScriptedHttp

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)

REGISTERED = Exchange(
    method="POST", path="/api/v1/apps", json_={"client_id": "c1", "client_secret": "s1"}
)
FACTS = Exchange(
    method="GET",
    path="/.well-known/oauth-authorization-server",
    json_={
        "issuer": "https://social.example/",
        "authorization_endpoint": "https://social.example/oauth/authorize",
        "token_endpoint": "https://social.example/oauth/token",
        "authorization_response_iss_parameter_supported": True,
    },
)


async def test_a_server_registers_us_once_and_shows_its_page() -> None:
    shelf = Shelf()
    http = ScriptedHttp([REGISTERED, FACTS, FACTS])

    begun = await mastodon.begin(http, wish(server="social.example/"), shelf)
    await mastodon.begin(http, wish(server="https://social.example"), shelf)

    http.assert_finished()
    asked = query_of(begun.url)
    assert begun.url.startswith("https://social.example/oauth/authorize?")
    assert asked == {
        "response_type": "code",
        "client_id": "c1",
        "redirect_uri": CALLBACK,
        "scope": mastodon.SCOPES,
        "state": "state-of-ours",
        "code_challenge": oauth2.challenge_of(begun.secrets["verifier"]),
        "code_challenge_method": "S256",
    }
    assert begun.issuer == "https://social.example/"


async def test_servers_that_publish_no_facts_have_the_usual_addresses() -> None:
    nothing = FACTS.model_copy(update={"status": 404, "json_": None, "text": "no"})
    http = ScriptedHttp([REGISTERED, nothing])

    begun = await mastodon.begin(http, wish(server="old.example"), Shelf())

    assert begun.url.startswith("https://old.example/oauth/authorize?")
    assert begun.secrets["token_endpoint"] == "https://old.example/oauth/token"
    assert begun.issuer is None


async def test_a_server_that_forgot_us_is_asked_to_register_us_anew() -> None:
    shelf = Shelf({"https://social.example": Client({"client_id": "c", "client_secret": "s"})})
    refused = Exchange(
        method="POST", path="/oauth/token", status=401, json_={"error": "invalid_client"}
    )
    begun = Begun(
        "", None, {"verifier": "v", "token_endpoint": "https://social.example/oauth/token"}
    )

    with pytest.raises(Refused) as caught:
        await mastodon.finish(
            ScriptedHttp([refused]),
            wish(server="social.example"),
            begun,
            "code",
            shelf,
            now=NOW,
        )

    assert caught.value.code == oauth2.CLIENT_FORGOTTEN
    assert shelf.kept == {}
