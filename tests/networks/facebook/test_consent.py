"""Consent at Facebook's own page, for an app that is brought along: which Page it opens."""

import hmac
from hashlib import sha256

import pytest
from pydantic import JsonValue

from domain.connector.consent import Begun, Choice, Place, Wish
from domain.connector.errors import Refused
from domain.connector.words import Connected, Grant
from domain.networks.facebook import consent as facebook
from tests.networks.consenting import CALLBACK, Shelf, form_of, query_of, wish
from tests.networks.drafts import NOW
from tests.networks.facebook.case import PAGE, ROOT, TOKEN
from tests.networks.scripted import Exchange, ScriptedHttp, recorded

BEGUN = Begun("")
APP = {"app_id": "990602627938098", "app_secret": "0f1e2d3c4b5a"}
SHORT = Exchange(
    method="POST",
    path=f"{ROOT}/oauth/access_token",
    json_={"access_token": "EAAshort", "token_type": "bearer", "expires_in": 3600},
)
LONG = Exchange(method="GET", path=f"{ROOT}/oauth/access_token", json_={"access_token": "EAAlong"})
OURS: JsonValue = {"id": PAGE, "name": "Village News", "username": "vn", "access_token": TOKEN}
THEIRS: JsonValue = {"id": "105", "name": "Le Pressoir", "access_token": "EAAother"}
SHOWN: JsonValue = {"id": "106", "name": "Only seen"}


def granted(*without: str) -> Exchange:
    told: list[JsonValue] = [
        {"permission": each, "status": "declined" if each in without else "granted"}
        for each in facebook.SCOPES.split(",")
    ]
    return Exchange(method="GET", path=f"{ROOT}/me/permissions", json_={"data": told})


def pages(*listed: JsonValue, after: str | None = None) -> Exchange:
    onward: JsonValue = {"cursors": {"after": after or "last"}, "next": after and "https://x"}
    told: JsonValue = {"data": [*listed], "paging": onward}
    return Exchange(method="GET", path=f"{ROOT}/me/accounts", json_=told)


async def end(
    http: ScriptedHttp, asked: Wish, begun: Begun = BEGUN, code: str = "AQBx-1"
) -> Connected | Choice:
    return await facebook.finish(http, asked, begun, code, Shelf(), now=NOW)


async def finish(http: ScriptedHttp, asked: Wish) -> Connected:
    found = await end(http, asked)
    assert isinstance(found, Connected)
    return found


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({}, {"scope": facebook.SCOPES, "auth_type": "rerequest"}),
        ({"scopes": "pages_show_list"}, {"scope": "pages_show_list", "auth_type": "rerequest"}),
        ({"config_id": "1029"}, {"config_id": "1029"}),
    ],
)
async def test_page_asks_for_scopes_or_for_what_a_configuration_says(
    fields: dict[str, str], asked: dict[str, str]
) -> None:
    begun = await facebook.begin(ScriptedHttp([]), wish(**APP, **fields), Shelf())

    assert begun.url.startswith("https://www.facebook.com/v26.0/dialog/oauth?")
    assert query_of(begun.url) == {
        "client_id": APP["app_id"],
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "state": "state-of-ours",
        **asked,
    }


async def test_version_that_is_spoken_is_that_of_the_page_and_of_the_exchange() -> None:
    asked = Wish({**APP, "server": "https://x.example/"}, "s", CALLBACK, "", {"graph": "v25.0"})
    refused = SHORT.model_copy(update={"path": "/v25.0/oauth/access_token", "status": 400})

    begun = await facebook.begin(ScriptedHttp([]), asked, Shelf())
    with pytest.raises(Refused):
        await finish(http := ScriptedHttp([refused]), asked)

    assert begun.url.startswith("https://x.example/v25.0/dialog/oauth?")
    http.assert_finished()


async def test_only_page_is_entered_with_its_own_token_and_nothing_of_the_person_is_kept() -> None:
    http = ScriptedHttp(
        [SHORT, LONG, granted(), pages(OURS, SHOWN), *recorded("facebook", "connect")]
    )

    connected = await finish(http, wish(**APP, hook_word="four"))

    http.assert_finished()
    exchange, lengthening, _, listing, profile = http.calls
    assert form_of(exchange)["code"] == "AQBx-1"
    assert dict(lengthening.query)["fb_exchange_token"] == "EAAshort"
    proof = hmac.new(APP["app_secret"].encode(), b"EAAlong", sha256).hexdigest()
    assert dict(listing.query)["appsecret_proof"] == proof
    assert listing.headers["authorization"] == "Bearer EAAlong"
    assert profile.headers["authorization"] == f"Bearer {TOKEN}"
    kept = {"app_secret": APP["app_secret"], "hook_word": "four"}
    assert connected.grant == Grant(TOKEN, extra=kept)
    assert (connected.server, connected.profile.remote_id) == ("https://graph.facebook.com", PAGE)


@pytest.mark.parametrize(
    ("page", "known"),
    [
        (PAGE, None),
        ("village news", None),
        ("@vn", None),
        ("https://www.facebook.com/VN/", None),
        ("", PAGE),
        ("vn", "105"),
    ],
)
async def test_one_of_several_pages_is_named_or_is_the_one_that_is_connected_again(
    page: str, known: str | None
) -> None:
    listed = [pages(THEIRS, after="more"), pages(OURS)]
    http = ScriptedHttp([SHORT, LONG, granted(), *listed, *recorded("facebook", "connect")])
    asked = Wish({**APP, "page": page}, "s", CALLBACK, "", remote_id=known)

    connected = await finish(http, asked)

    assert dict(http.calls[4].query)["after"] == "more"
    assert connected.grant.access == TOKEN


@pytest.mark.parametrize(
    ("listed", "page", "said"),
    [
        ([], "", ""),
        ([SHOWN], "106", ""),
        ([OURS, THEIRS], "other", f"Village News ({PAGE}), Le Pressoir (105)"),
        ([OURS], "other", f"Village News ({PAGE})"),
    ],
)
async def test_page_that_is_not_clear_or_not_let_in_is_told_with_those_that_are(
    listed: list[JsonValue], page: str, said: str
) -> None:
    http = ScriptedHttp([SHORT, LONG, granted(), pages(*listed)])

    with pytest.raises(Refused) as caught:
        await finish(http, wish(**APP, page=page))

    assert (caught.value.code, caught.value.said) == ("consent.place_missing", said)


async def test_consent_without_what_posting_needs_names_what_is_missing() -> None:
    http = ScriptedHttp([SHORT, LONG, granted("pages_manage_posts", "read_insights")])

    with pytest.raises(Refused) as caught:
        await finish(http, wish(**APP))

    assert (caught.value.code, caught.value.said) == (
        "meta.permission_missing",
        "pages_manage_posts",
    )


async def test_consent_that_was_asked_for_less_needs_no_more() -> None:
    less = [granted("pages_manage_posts"), pages(OURS), *recorded("facebook", "connect")]
    asked = wish(**APP, scopes="pages_show_list, pages_read_engagement")

    connected = await finish(ScriptedHttp([SHORT, LONG, *less]), asked)

    assert connected.profile.remote_id == PAGE


async def test_several_pages_are_a_choice_and_the_chosen_one_is_entered_afresh() -> None:
    first = ScriptedHttp([SHORT, LONG, granted(), pages(THEIRS, OURS)])
    again = ScriptedHttp([pages(THEIRS, OURS), *recorded("facebook", "connect")])

    choice = await end(first, wish(**APP))
    assert isinstance(choice, Choice)
    connected = await end(again, wish(**APP), Begun("", secrets=choice.secrets), PAGE)

    assert choice.places == (Place("105", "Le Pressoir"), Place(PAGE, "Village News"))
    assert isinstance(connected, Connected)
    assert again.calls[0].headers["authorization"] == "Bearer EAAlong"
    assert connected.grant == Grant(TOKEN, extra={"app_secret": APP["app_secret"]})
