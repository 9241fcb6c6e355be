"""What the conformance suite does not ask: containers in doubt, several files, room, comments."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import JsonValue

from domain.connector.errors import (
    GrantExpired,
    NetworkError,
    OutcomeUnknown,
    PostsSpent,
    RateLimited,
    Refused,
    StillWorking,
    Unavailable,
)
from domain.connector.words import Access, Checkpoint, Draft, Grant, Link, Login, Medium, Part, Ref
from domain.networks.instagram import connect, publish
from tests.networks.drafts import FILES, FILM, NOW, PNG, POST
from tests.networks.instagram.case import CASE, MADE, PUBLISH, ROOT, USER, refused
from tests.networks.playing import Kept, post_for
from tests.networks.scripted import Exchange, ScriptedHttp, recorded

ROOM = recorded("instagram", "post")[0]
TRIED: Checkpoint = {"begun_at": NOW.isoformat(), "container": "17", "is_trying": True}
SENT = Exchange(method="POST", path=PUBLISH, json_={"id": "18"})
LINK = Exchange(
    method="GET", path=f"{ROOT}/18", json_={"permalink": "https://www.instagram.com/p/18/"}
)
TEXT = POST.parts[0].text
LOST = {"error": "outcome_unknown", "json_": None}
OWN = Access(
    server="https://graph.instagram.com",
    remote_id=USER,
    handle="village.news",
    grant=Grant("IGAA1", "IGAA1", NOW + timedelta(days=50)),
)
UNKNOWN = refused(400, 100, "Authorization Error", error_subcode=33)


def made(number: str = "17") -> Exchange:
    return Exchange(method="POST", path=MADE, json_={"id": number})


def state(word: str, number: str = "17", **more: JsonValue) -> Exchange:
    return Exchange(method="GET", path=f"{ROOT}/{number}", json_={"status_code": word, **more})


def at(method: str, path: str, exchange: Exchange) -> Exchange:
    return exchange.model_copy(update={"method": method, "path": path})


def listed(*said: JsonValue, path: str = MADE) -> Exchange:
    return Exchange(method="GET", path=path, json_={"data": [*said]})


def there(id_: str, caption: str = TEXT, kind: str = "IMAGE", **more: JsonValue) -> JsonValue:
    told = {"id": id_, "caption": caption, "media_type": kind, "timestamp": NOW.isoformat()}
    return {**told, **more}


async def send(
    http: ScriptedHttp,
    draft: Draft | None = None,
    checkpoint: Checkpoint | None = None,
    kept: Kept | None = None,
) -> tuple[Ref, ...]:
    sent = await publish.publish(
        http,
        CASE.access,
        draft or post_for("instagram"),
        checkpoint or {},
        kept or Kept(http),
        now=NOW,
    )
    http.assert_finished()
    return sent.refs


async def test_container_that_was_published_is_sought_and_never_published_again() -> None:
    url = "https://www.instagram.com/p/5/"
    others = (
        there("4", "Other"),
        there("6", kind="VIDEO"),
        there("7", timestamp="2026-11-22T09:49Z"),
    )
    captions = (TEXT, f"  {TEXT} ")
    for caption in captions:
        found = listed(*others, there("5", caption, permalink=url))
        assert await send(ScriptedHttp([ROOM, state("PUBLISHED"), found]), None, TRIED) == (
            Ref("5", url),
        )
    for several in (listed(*others), listed(there("5"), there("8"))):
        http = ScriptedHttp([ROOM, state("PUBLISHED"), several])
        with pytest.raises(OutcomeUnknown):
            await send(http, None, TRIED)
        http.assert_finished()


async def test_post_of_the_same_words_that_is_known_is_not_the_one_in_doubt() -> None:
    draft = replace(post_for("instagram"), others=frozenset({"5"}))
    http = ScriptedHttp([state("PUBLISHED"), listed(there("5"), there("8"))])
    found = await publish.look_up(http, CASE.access, draft, TRIED, since=NOW)
    assert found is not None
    assert found.refs == (Ref("8"),)


async def test_names_in_a_caption_may_have_lost_their_signs() -> None:
    draft = replace(
        post_for("instagram"), parts=(replace(post_for("instagram").parts[0], text="By @ana"),)
    )
    http = ScriptedHttp([state("PUBLISHED"), listed(there("5", "By ana"))])
    assert await publish.look_up(http, CASE.access, draft, TRIED, since=NOW) is not None


async def test_container_that_came_to_nothing_is_followed_by_another() -> None:
    fresh = [made("19"), state("FINISHED", "19"), SENT, LINK]
    for word in ("EXPIRED", "ERROR"):
        tried = ScriptedHttp([ROOM, state(word), listed(), *fresh])
        assert (await send(tried, None, TRIED))[0].remote_id == "18"
        untried = ScriptedHttp([ROOM, state(word), *fresh])
        assert (await send(untried, None, {**TRIED, "is_trying": False}))[0].remote_id == "18"


async def test_container_that_failed_after_all_is_sought_before_another_is_made() -> None:
    http = ScriptedHttp([ROOM, state("ERROR"), listed(there("5")), at("GET", f"{ROOT}/5", LINK)])
    assert (await send(http, None, TRIED))[0].remote_id == "5"


async def test_container_that_nobody_knows_stays_in_doubt_where_it_was_tried() -> None:
    """Meta forgot fresh containers for weeks, and had published from them all the same."""
    gone = at("GET", f"{ROOT}/17", UNKNOWN)
    with pytest.raises(OutcomeUnknown):
        await send(ScriptedHttp([ROOM, gone, listed()]), None, TRIED)
    untried = [ROOM, gone, made("19"), state("FINISHED", "19"), SENT, LINK]
    await send(ScriptedHttp(untried), None, {**TRIED, "is_trying": False})
    with pytest.raises(StillWorking):
        await send(ScriptedHttp([ROOM, made(), gone]))


@pytest.mark.parametrize(
    ("exchange", "kind", "code"),
    [
        (
            refused(400, 4, "Limit", error_subcode=2207051),
            OutcomeUnknown,
            "network.outcome_unknown",
        ),
        (
            refused(400, 9007, "Not ready", error_subcode=2207027),
            StillWorking,
            "network.media_processing",
        ),
        (
            refused(400, 24, "No builder", error_subcode=2207008),
            StillWorking,
            "network.media_processing",
        ),
        (refused(400, 9, "Maximum", error_subcode=2207042), PostsSpent, "network.rate_limited"),
        (refused(400, 25, "Restricted", error_subcode=2207050), Refused, "meta.action_blocked"),
        (refused(400, 10, "No permission"), Refused, "meta.permission_missing"),
        (refused(400, 190, "Revoked", error_subcode=460), GrantExpired, "network.grant_expired"),
        *(
            (refused(400, code, "Slow down"), RateLimited, "network.rate_limited")
            for code in (4, 17, 32, 613)
        ),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_publication_that_is_refused_says_what_to_do(
    exchange: Exchange, kind: type[NetworkError], code: str
) -> None:
    http = ScriptedHttp([ROOM, made(), state("FINISHED"), at("POST", PUBLISH, exchange)])
    with pytest.raises(kind) as caught:
        await send(http)
    assert (type(caught.value), caught.value.code) == (kind, code)


@pytest.mark.parametrize(
    ("subcode", "kind", "code"),
    [
        (2207052, Refused, "network.media_not_reachable"),
        (2207003, Unavailable, "network.unavailable"),
        (2207009, Refused, "network.media_refused"),
    ],
)
async def test_file_that_is_not_taken_is_told_by_its_refusal_and_by_its_container(
    subcode: int, kind: type[NetworkError], code: str
) -> None:
    said = f"Error: it failed with error code {subcode}"
    failed = [made(), state("ERROR", status=said)]
    for answers in ([at("POST", MADE, refused(400, -2, "No", error_subcode=subcode))], failed):
        with pytest.raises(kind) as caught:
            await send(ScriptedHttp([ROOM, *answers]))
        assert (type(caught.value), caught.value.code) == (kind, code)
        assert str(subcode) in caught.value.said


async def test_several_files_are_made_one_by_one_and_no_one_is_made_twice() -> None:
    picture = Medium(PNG, "image/jpeg", "a.jpg", "A loaf", address=f"{FILES}/a")
    settings: dict[str, JsonValue] = {"collaborators": ["ana", "bob"], "is_ai_generated": True}
    part = Part("Two", (picture, FILM), Link("https://a.ch"))
    draft = Draft("k", (part,), settings={**settings, "share_to_feed": False})
    http = ScriptedHttp([ROOM, made("11"), made().model_copy(update={"error": "unavailable"})])
    kept = Kept(http)
    with pytest.raises(NetworkError):
        await send(http, draft, kept=kept)
    ready = [state("FINISHED", number) for number in ("11", "12")]
    again = ScriptedHttp([ROOM, made("12"), *ready, made(), state("FINISHED"), SENT, LINK])
    await send(again, draft, kept.last)
    forms = [call.form for call in (*http.calls, *again.calls) if call.url.endswith("/media")]
    assert forms[0] == (
        ("image_url", f"{FILES}/a"),
        ("alt_text", "A loaf"),
        ("is_carousel_item", "true"),
    )
    assert forms[2] == (
        ("media_type", "VIDEO"),
        ("video_url", f"{FILES}/film"),
        ("is_carousel_item", "true"),
    )
    assert forms[3] == (
        ("media_type", "CAROUSEL"),
        ("children", "11,12"),
        ("caption", "Two\n\nhttps://a.ch"),
        ("collaborators", '["ana", "bob"]'),
        ("is_ai_generated", "true"),
    )


async def test_video_alone_is_a_reel() -> None:
    draft = Draft("k", (Part("", (FILM,)),), settings={"share_to_feed": False})
    http = ScriptedHttp([ROOM, made(), state("FINISHED"), SENT, LINK])
    await send(http, draft)
    assert http.calls[1].form == (
        ("media_type", "REELS"),
        ("video_url", f"{FILES}/film"),
        ("share_to_feed", "false"),
    )


async def test_nothing_is_sent_of_what_instagram_would_not_take_or_reach() -> None:
    bare = Draft("k", (Part("One", (Medium(PNG, "image/jpeg", "a.jpg"),)),))
    commented = replace(bare, reply_to="comments/1")
    for draft, code in (
        (POST, "network.refused"),
        (bare, "network.media_not_reachable"),
        (commented, "network.refused"),
    ):
        with pytest.raises(Refused) as caught:
            await send(ScriptedHttp([]), draft)
        assert caught.value.code == code


async def test_posts_of_a_day_that_are_spent_are_waited_for() -> None:
    full: JsonValue = {"quota_usage": 50, "config": {"quota_total": 50}}
    spent = ROOM.model_copy(update={"json_": {"data": [full]}})
    with pytest.raises(PostsSpent) as caught:
        await send(ScriptedHttp([spent]))
    assert caught.value.until == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("above", "path", "name"),
    [
        ("18", "/18/comments", "comments/9"),
        ("comments/7", "/7/replies", "comments/7/9"),
        ("comments/7/8", "/7/replies", "comments/7/9"),
    ],
)
async def test_comment_in_doubt_is_sought_below_what_it_answers_and_then_sent(
    above: str, path: str, name: str
) -> None:
    draft = Draft("k", (Part("Thank @ana"),), reply_to=above)
    sends = Exchange(method="POST", path=f"{ROOT}{path}", json_={"id": "9"})
    http = ScriptedHttp([sends.model_copy(update=LOST)])
    kept = Kept(http)
    with pytest.raises(OutcomeUnknown):
        await send(http, draft, kept=kept)
    said: dict[str, JsonValue] = {"id": "9", "text": "Thank @ana", "timestamp": NOW.isoformat()}
    theirs = listed({**said, "username": "ana"}, path=f"{ROOT}{path}")
    ours = listed({**said, "username": "Village.News"}, path=f"{ROOT}{path}")
    again = ScriptedHttp([theirs, sends])
    assert await send(again, draft, kept.last) == (Ref(name),)
    assert await send(ScriptedHttp([ours]), draft, kept.last) == (Ref(name),)
    known = replace(draft, others=frozenset({name}))
    assert (
        await publish.look_up(ScriptedHttp([ours]), CASE.access, known, kept.last, since=NOW)
        is None
    )
    assert [(call.form, call.method) for call in again.calls if call.form] == [
        ((("message", "Thank @ana"),), "POST")
    ]


async def test_answer_to_a_mention_stands_below_it_and_cannot_be_looked_up() -> None:
    draft = Draft("k", (Part("Thanks"),), reply_to="mentions/5")
    sends = Exchange(method="POST", path=f"{ROOT}/{USER}/mentions", json_={"id": "9"})
    http = ScriptedHttp([sends])
    assert await send(http, draft) == (Ref("comments/9"),)
    assert http.calls[0].form == (("media_id", "5"), ("message", "Thanks"))
    tried: Checkpoint = {"is_trying": True, "below": "mentions/5"}
    with pytest.raises(OutcomeUnknown):
        await publish.look_up(ScriptedHttp([]), CASE.access, draft, tried, since=NOW)


async def test_first_comment_follows_the_post_and_is_found_where_its_answer_was_lost() -> None:
    post = post_for("instagram").parts[0]
    draft = Draft("k", (post, Part("First!")))
    path = f"{ROOT}/18/comments"
    lost = Exchange(method="POST", path=path).model_copy(update=LOST)
    http = ScriptedHttp([ROOM, made(), state("FINISHED"), SENT, LINK, lost])
    kept = Kept(http)
    with pytest.raises(OutcomeUnknown):
        await send(http, draft, kept=kept)
    said: JsonValue = {
        "id": "9",
        "text": "First!",
        "timestamp": NOW.isoformat(),
        "username": "village.news",
    }
    found = ScriptedHttp([listed(said, path=path)])
    published = await publish.look_up(found, CASE.access, draft, kept.last, since=NOW)
    assert published is not None
    assert [ref.remote_id for ref in published.refs] == ["18", "comments/9"]


async def test_posts_are_taken_back_by_the_token_of_a_page_alone() -> None:
    refs = [Ref("18"), Ref("comments/9")]
    gone = [
        Exchange(method="DELETE", path=f"{ROOT}/{number}", json_={"success": True})
        for number in ("9", "18")
    ]
    http = ScriptedHttp(gone)
    await publish.withdraw(http, CASE.access, refs)
    http.assert_finished()
    with pytest.raises(Refused) as caught:
        await publish.withdraw(ScriptedHttp([]), OWN, refs)
    assert caught.value.code == "instagram.withdraw_by_hand"
    await publish.withdraw(ScriptedHttp(gone[:1]), OWN, refs[1:])
    unfit = refused(400, -1, "Fatal", error_subcode=2207073)
    with pytest.raises(Refused) as caught:
        await publish.withdraw(
            ScriptedHttp([at("DELETE", f"{ROOT}/18", unfit)]), CASE.access, refs[:1]
        )
    assert caught.value.code == "network.refused"


async def test_token_of_instagrams_own_login_opens_its_own_door_and_is_extended() -> None:
    me = {"user_id": USER, "id": "2500", "username": "village.news"}
    http = ScriptedHttp([Exchange(method="GET", path=f"{ROOT}/me", json_=me)])
    login = Login({"token": " IGAA1 ", "app_secret": " s "})
    connected = await connect.connect(http, login, now=NOW)
    assert [name for name, _ in http.calls[0].query] == ["fields"]
    assert (connected.server, connected.profile.remote_id) == (OWN.server, USER)
    assert connected.grant.expires_at == NOW + timedelta(hours=25)
    told = {"access_token": "IGAA2", "token_type": "bearer", "expires_in": 5_183_944}
    http = ScriptedHttp([Exchange(method="GET", path="/refresh_access_token", json_=told)])
    grant = await connect.refresh(http, replace(OWN, grant=connected.grant), now=NOW)
    assert grant is not None
    assert (grant.access, grant.refresh, grant.extra) == ("IGAA2", "IGAA2", {"app_secret": "s"})
    assert grant.expires_at == NOW + timedelta(seconds=5_183_944) - timedelta(days=10)
    assert dict(http.calls[0].query) == {"grant_type": "ig_refresh_token", "access_token": "IGAA1"}


async def test_page_without_a_professional_account_is_no_login() -> None:
    http = ScriptedHttp([Exchange(method="GET", path=f"{ROOT}/me", json_={"id": "104"})])
    with pytest.raises(Refused) as caught:
        await connect.connect(http, CASE.login, now=NOW)
    assert caught.value.code == "account.login_refused"
