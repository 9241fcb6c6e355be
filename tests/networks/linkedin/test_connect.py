"""Access to LinkedIn: a person's and an organisation's, how long it lasts, what ends it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.accounts.credentials import renewed
from domain.connector.errors import (
    GrantExpired,
    Missing,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
)
from domain.connector.http import Call, Reply
from domain.connector.words import Grant, Login
from domain.networks.linkedin import connect as linkedin
from domain.networks.linkedin.refusals import refusal_of
from tests.networks.consenting import form_of
from tests.networks.drafts import NOW
from tests.networks.linkedin.case import CASE, ORGANIZATION, TOKEN, refused
from tests.networks.scripted import Exchange, ScriptedHttp, recorded

APP = {"client_id": "78k3z1mxqv0y2b", "client_secret": "WPL_AP1.b8Ft2v"}
USERINFO = Exchange(
    method="GET",
    path="/v2/userinfo",
    json_={"sub": "782bbtaQ", "name": "Ada Bonny", "picture": "https://media.licdn.com/ada.jpg"},
)
INTROSPECT = Exchange(
    method="POST",
    path="/oauth/v2/introspectToken",
    json_={"active": True, "status": "active", "expires_at": 1800000000},
)
TOKENS = Exchange(
    method="POST",
    path="/oauth/v2/accessToken",
    json_={"access_token": "AQX-new", "expires_in": 5184000, "refresh_token_expires_in": 439200},
)
RENEWABLE = replace(
    CASE.access, grant=Grant(TOKEN, "AQW-refresh", NOW + timedelta(minutes=1), dict(APP))
)


async def test_person_speaks_for_themselves_where_no_author_is_named() -> None:
    http = ScriptedHttp([USERINFO])
    connected = await linkedin.connect(http, Login({"access_token": f" {TOKEN}\n"}), now=NOW)

    assert connected.profile.remote_id == "urn:li:person:782bbtaQ"
    assert connected.profile.handle == "Ada Bonny"
    assert connected.grant == Grant(TOKEN, None, NOW + timedelta(days=60))
    assert "linkedin-version" not in http.calls[0].headers


@pytest.mark.parametrize("author", [ORGANIZATION, "2414183", "https://x.example/company/2414183/"])
async def test_organisation_is_named_by_its_urn_its_number_or_an_address(author: str) -> None:
    http = ScriptedHttp(recorded("linkedin", "connect"))
    login = Login({"access_token": TOKEN, "author": author})

    connected = await linkedin.connect(http, login, now=NOW)

    assert connected.profile.remote_id == ORGANIZATION
    assert connected.profile.url == "https://www.linkedin.com/company/village-cafe/"


async def test_nobody_speaks_for_another_person() -> None:
    login = Login({"access_token": TOKEN, "author": "urn:li:person:other"})
    with pytest.raises(Missing):
        await linkedin.connect(ScriptedHttp([USERINFO]), login, now=NOW)


async def test_app_that_is_known_tells_when_the_token_ends() -> None:
    http = ScriptedHttp([USERINFO, INTROSPECT])
    fields = {"access_token": TOKEN, "refresh_token": "AQW-refresh", **APP}

    connected = await linkedin.connect(http, Login(fields), now=NOW)

    http.assert_finished()
    ends_at = datetime.fromtimestamp(1800000000, UTC)
    assert connected.grant == Grant(TOKEN, "AQW-refresh", ends_at, APP)
    assert http.calls[1].url == "https://www.linkedin.com/oauth/v2/introspectToken"
    assert form_of(http.calls[1]) == {"token": TOKEN, **APP}


@pytest.mark.parametrize(
    ("told", "ends_at"),
    [(-(10**30), datetime.fromtimestamp(0, UTC)), (10**30, NOW + timedelta(days=3653))],
)
async def test_no_end_that_is_told_is_beyond_the_calendar(told: int, ends_at: datetime) -> None:
    odd = {"active": True, "status": "active", "expires_at": told}
    http = ScriptedHttp([USERINFO, INTROSPECT.model_copy(update={"json_": odd})])

    connected = await linkedin.connect(http, Login({"access_token": TOKEN, **APP}), now=NOW)

    assert connected.grant.expires_at == ends_at


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (
            INTROSPECT.model_copy(update={"json_": {"active": False, "status": "revoked"}}),
            GrantExpired,
        ),
        (INTROSPECT.model_copy(update={"json_": {"active": False}}), Refused),
        (
            INTROSPECT.model_copy(update={"status": 401, "json_": {"error": APP["client_secret"]}}),
            Refused,
        ),
        (INTROSPECT.model_copy(update={"status": 503, "json_": None}), Unavailable),
        (INTROSPECT.model_copy(update={"status": 429, "json_": None}), RateLimited),
    ],
)
async def test_token_that_ended_and_app_that_is_not_known_are_told_without_secrets(
    told: Exchange, error: type[Exception]
) -> None:
    login = Login({"access_token": TOKEN, **APP})
    with pytest.raises(error) as caught:
        await linkedin.connect(ScriptedHttp([USERINFO, told]), login, now=NOW)

    assert APP["client_secret"] not in f"{caught.value!r} {getattr(caught.value, 'said', '')}"


async def test_grant_is_renewed_and_keeps_the_refresh_token_that_is_not_told_again() -> None:
    http = ScriptedHttp([TOKENS])
    grant = await linkedin.refresh(http, RENEWABLE, now=NOW)

    assert grant == Grant("AQX-new", "AQW-refresh", NOW + timedelta(days=60), APP)
    assert form_of(http.calls[0]) == {
        "grant_type": "refresh_token",
        "refresh_token": "AQW-refresh",
        **APP,
    }
    assert renewed(RENEWABLE.grant, grant) == grant


async def test_refresh_token_that_is_another_replaces_the_one_before() -> None:
    told = {"access_token": "AQX-new", "refresh_token": "AQW-next"}
    http = ScriptedHttp([TOKENS.model_copy(update={"json_": {**told}})])
    grant = await linkedin.refresh(http, RENEWABLE, now=NOW)

    assert grant is not None
    assert grant.refresh == "AQW-next"


@pytest.mark.parametrize(
    "grant", [Grant(TOKEN), Grant(TOKEN, "AQW-refresh"), Grant(TOKEN, None, None, dict(APP))]
)
async def test_grant_that_nothing_renews_is_left_as_it_is(grant: Grant) -> None:
    access = replace(CASE.access, grant=grant)
    assert await linkedin.refresh(ScriptedHttp([]), access, now=NOW) is None


@pytest.mark.parametrize(
    ("code", "number", "words", "error"),
    [
        ("EXPIRED_ACCESS_TOKEN", 65602, "no", GrantExpired),
        ("INVALID_ACCESS_TOKEN", 65600, "no", GrantExpired),
        ("UNAUTHORIZED", 65601, "no", GrantExpired),
        ("", 401, "Expired access token", GrantExpired),
        ("", 401, "Empty oauth2_access_token", Refused),
        ("UNAUTHORIZED", 0, "no", Refused),
    ],
)
async def test_only_a_refusal_of_the_token_itself_ends_the_access(
    code: str, number: int, words: str, error: type[Exception]
) -> None:
    refusal = refused(401, code, words, number=number)
    refusal = refusal.model_copy(update={"method": "GET", "path": "/rest/organizations/2414183"})
    with pytest.raises(error) as caught:
        await linkedin.check(ScriptedHttp([refusal]), CASE.access)
    assert type(caught.value) is error


async def test_missing_permission_says_so_and_ends_no_access() -> None:
    words = "Not enough permissions to access: organizations.GET.20260801"
    refusal = refused(403, "ACCESS_DENIED", words, number=100).model_copy(
        update={"method": "GET", "path": "/rest/organizations/2414183"}
    )
    with pytest.raises(Refused) as caught:
        await linkedin.check(ScriptedHttp([refusal]), CASE.access)

    assert caught.value.code == "linkedin.permission_missing"
    assert words in caught.value.said


@pytest.mark.parametrize(
    ("method", "path", "named"),
    [
        ("POST", "/rest/posts", "w_member_social of a person (Share on LinkedIn)."),
        ("POST", "/rest/socialActions/x/comments", "of a person (the Community Management API)."),
        ("GET", "/rest/posts/x", "r_member_social of a person (the Community Management API)."),
        ("GET", "/rest/networkSizes/x", "rw_organization_admin (the Community Management API)."),
        ("GET", "/rest/videos/x", "w_member_social of a person (Share on LinkedIn)."),
        ("GET", "/v2/userinfo", "openid and profile (Sign In with LinkedIn)."),
    ],
)
def test_missing_permission_names_it_and_its_product(method: str, path: str, named: str) -> None:
    call = Call(method, f"https://api.linkedin.com{path}")
    error = refusal_of(call, Reply(403, {}, b"{}", call.url), [])

    assert error.message.endswith(named)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            "The provided authorization grant or refresh token is invalid, expired or revoked",
            GrantExpired,
        ),
        ('A required parameter "client_id" is missing', Refused),
    ],
)
async def test_only_a_refusal_of_the_refresh_token_ends_the_grant(
    words: str, error: type[Exception]
) -> None:
    told = {"error": "invalid_request", "error_description": words}
    refusal = TOKENS.model_copy(update={"status": 400, "json_": {**told}})
    with pytest.raises(error) as caught:
        await linkedin.refresh(ScriptedHttp([refusal]), RENEWABLE, now=NOW)

    assert type(caught.value) is error


async def test_renewal_that_breaks_off_is_no_refusal() -> None:
    broken = TOKENS.model_copy(update={"status": 503, "json_": None})
    with pytest.raises(OutcomeUnknown):
        await linkedin.refresh(ScriptedHttp([broken]), RENEWABLE, now=NOW)
