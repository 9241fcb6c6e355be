"""Consent at a Mastodon server's own page."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import JsonValue

from domain.connector.consent import Begun, Client
from domain.connector.dialects import oauth2
from domain.connector.errors import GrantExpired, Refused
from domain.connector.words import Access, Grant
from domain.networks.mastodon import connect
from domain.networks.mastodon import consent as mastodon
from tests.networks.consenting import CALLBACK, Shelf, form_of, query_of, wish
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


ENDPOINT = "https://social.example/oauth/token"
APP = {"client_id": "c1", "client_secret": "s1"}
TOKENS: dict[str, JsonValue] = {
    "id": 7,
    "token_type": "Bearer",
    "access_token": "t1",
    "refresh_token": "r1",
    "expires_in": 600,
    "scope": mastodon.SCOPES,
    "me": "https://social.example/users/ana",
}
"""As Pleroma answers."""


def tokens(**others: JsonValue) -> Exchange:
    return Exchange(method="POST", path="/oauth/token", json_={**TOKENS, **others})


async def finished(*script: Exchange) -> Grant:
    account = {"id": "1", "username": "ana", "acct": "ana", "url": "https://social.example/@ana"}
    http = ScriptedHttp(
        [
            *script,
            Exchange(method="GET", path="/api/v1/accounts/verify_credentials", json_=account),
            Exchange(method="GET", path="/api/v2/instance", json_={"domain": "social.example"}),
        ]
    )
    shelf = Shelf({"https://social.example": Client(APP)})
    begun = Begun("", None, {"verifier": "v", "token_endpoint": ENDPOINT})
    asked = wish(server="social.example")
    return (await mastodon.finish(http, asked, begun, "code", shelf, now=NOW)).grant


async def test_a_server_whose_tokens_run_out_renews_them_under_the_same_app() -> None:
    """Its accounts had to be connected again each time."""
    grant = await finished(tokens())
    http = ScriptedHttp([tokens(access_token="t2", refresh_token="r2")])

    new = await connect.refresh(http, _access(grant), now=NOW + timedelta(seconds=500))

    assert grant == Grant(
        "t1", "r1", NOW + timedelta(seconds=600), {**APP, "token_endpoint": ENDPOINT}
    )
    assert http.calls[0].url == ENDPOINT
    assert form_of(http.calls[0]) == {
        "grant_type": "refresh_token",
        "refresh_token": "r1",
        **APP,
    }
    assert new == Grant("t2", "r2", NOW + timedelta(seconds=1100))


async def test_a_token_that_lasts_keeps_no_more_than_itself_and_is_not_renewed() -> None:
    grant = await finished(tokens(refresh_token=None, expires_in=None))
    http = ScriptedHttp([])

    assert grant == Grant("t1")
    assert await connect.refresh(http, _access(grant), now=NOW) is None


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (400, "Invalid credentials", GrantExpired),
        (400, "invalid_grant", GrantExpired),
        (403, "Busy", Refused),
    ],
)
async def test_access_is_gone_only_where_the_server_says_so(
    status: int, said: str, kind: type[Exception]
) -> None:
    grant = Grant("t1", "r1", NOW, {**APP, "token_endpoint": ENDPOINT})
    refusal = Exchange(method="POST", path="/oauth/token", status=status, json_={"error": said})

    with pytest.raises(kind):
        await connect.refresh(ScriptedHttp([refusal]), _access(grant), now=NOW)


def _access(grant: Grant) -> Access:
    return Access("https://social.example", "1", "ana@social.example", grant)
