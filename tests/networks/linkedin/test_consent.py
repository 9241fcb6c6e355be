"""Consent at LinkedIn's own page, for an app that is brought along."""

from datetime import timedelta

import pytest

from domain.connector.consent import Begun
from domain.connector.errors import GrantExpired, Refused
from domain.connector.words import Grant
from domain.networks.linkedin import consent as linkedin
from tests.networks.consenting import CALLBACK, Shelf, form_of, query_of, wish
from tests.networks.drafts import NOW
from tests.networks.linkedin.case import ORGANIZATION
from tests.networks.scripted import Exchange, ScriptedHttp, recorded

APP = {"client_id": "78k3z1mxqv0y2b", "client_secret": "WPL_AP1.b8Ft2v"}
TOKENS = Exchange(
    method="POST",
    path="/oauth/v2/accessToken",
    json_={"access_token": "AQX-new", "expires_in": 5184000, "refresh_token": ""},
)


@pytest.mark.parametrize(
    ("fields", "scope"),
    [
        ({}, linkedin.PERSON_SCOPES),
        ({"author": "2414183"}, linkedin.ORGANIZATION_SCOPES),
        ({"author": "2414183", "scopes": "w_organization_social"}, "w_organization_social"),
    ],
)
async def test_page_asks_for_what_the_author_needs_and_shows_no_secret(
    fields: dict[str, str], scope: str
) -> None:
    begun = await linkedin.begin(ScriptedHttp([]), wish(**APP, **fields), Shelf())

    assert begun.url.startswith("https://www.linkedin.com/oauth/v2/authorization?")
    assert query_of(begun.url) == {
        "response_type": "code",
        "client_id": APP["client_id"],
        "redirect_uri": CALLBACK,
        "state": "state-of-ours",
        "scope": scope,
    }


async def test_code_is_exchanged_for_a_grant_that_can_be_renewed() -> None:
    http = ScriptedHttp([TOKENS, *recorded("linkedin", "connect")])
    asked = wish(**APP, author=ORGANIZATION)

    connected = await linkedin.finish(http, asked, Begun(""), "code-1", Shelf(), now=NOW)

    http.assert_finished()
    assert connected.profile.remote_id == ORGANIZATION
    assert connected.grant == Grant("AQX-new", None, NOW + timedelta(days=60), APP)
    assert form_of(http.calls[0]) == {
        "grant_type": "authorization_code",
        "code": "code-1",
        "redirect_uri": CALLBACK,
        **APP,
    }


async def test_code_that_was_used_is_refused_without_secrets() -> None:
    told = {"error": "invalid_grant", "error_description": f"code-1 {APP['client_secret']}"}
    used = TOKENS.model_copy(update={"status": 400, "json_": {**told}})
    with pytest.raises(GrantExpired) as caught:
        await linkedin.finish(
            ScriptedHttp([used]), wish(**APP), Begun(""), "code-1", Shelf(), now=NOW
        )

    assert APP["client_secret"] not in caught.value.said


async def test_code_that_was_used_is_not_sent_again_where_nobody_tells_whose_token_it_is() -> None:
    away = recorded("linkedin", "connect")[0].model_copy(update={"error": "unavailable"})
    asked = wish(**APP, author=ORGANIZATION)
    with pytest.raises(Refused) as caught:
        await linkedin.finish(
            ScriptedHttp([TOKENS, away]), asked, Begun(""), "code-1", Shelf(), now=NOW
        )

    assert caught.value.code == "consent.interrupted"
