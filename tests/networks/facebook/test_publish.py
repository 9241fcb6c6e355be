"""What the conformance suite does not ask: links, photos, comments, videos, what is tried again."""

import hmac
import json
from dataclasses import replace
from hashlib import sha256

import pytest
from pydantic import JsonValue

from domain.connector.errors import (
    GrantExpired,
    Missing,
    NetworkError,
    OutcomeUnknown,
    PostsSpent,
    RateLimited,
    Refused,
    VersionGone,
)
from domain.connector.words import Checkpoint, Draft, Link, Login, Medium, Part, Ref
from domain.networks.facebook import connect, edit, publish
from tests.networks.drafts import FILM, ILLUSTRATED, NOW, PNG, POST, VIDEO
from tests.networks.facebook.case import CASE, FEED, PAGE, ROOT, SECRET, TOKEN, refused
from tests.networks.playing import Kept
from tests.networks.scripted import Exchange, ScriptedHttp, recorded

TRIED: Checkpoint = {"begun_at": NOW.isoformat(), "page": PAGE, "is_trying": True}
PUBLISHED = f"{ROOT}/{PAGE}/published_posts"
PHOTOS = f"{ROOT}/{PAGE}/photos"
VIDEOS = f"{ROOT}/{PAGE}/videos"


def made(number: str, path: str = FEED) -> Exchange:
    return Exchange(method="POST", path=path, json_={"id": number})


def listed(path: str, *said: JsonValue, onward: str | None = None) -> Exchange:
    paging: JsonValue = {"cursors": {"after": onward}, "next": "https://graph.example"}
    body: JsonValue = {"data": [*said], **({"paging": paging} if onward else {})}
    return Exchange(method="GET", path=path, json_=body)


def said(id_: str, message: str, **more: JsonValue) -> JsonValue:
    return {"id": id_, "message": message, "created_time": "2026-11-22T10:00:05+0000", **more}


async def send(
    http: ScriptedHttp, draft: Draft, checkpoint: Checkpoint | None = None
) -> tuple[Ref, ...]:
    kept = Kept(http)
    sent = await publish.publish(http, CASE.access, draft, checkpoint or {}, kept, now=NOW)
    http.assert_finished()
    return sent.refs


async def test_link_has_a_card_and_stands_in_the_text_beside_photos() -> None:
    link = Link("https://village.example")
    http = ScriptedHttp([made("104_1")])
    await send(http, Draft("k", (Part("Look", link=link),)))
    assert http.calls[0].form == (("message", "Look"), ("link", link.url))
    http = ScriptedHttp([made("31", PHOTOS), made("104_1")])
    picture = Medium(PNG, "image/png", "a.png")
    await send(http, Draft("k", (Part("Look", (picture,), link),)))
    assert http.calls[0].form == (("published", "false"),)
    assert http.calls[1].form == (
        ("message", f"Look\n\n{link.url}"),
        ("attached_media[0]", json.dumps({"media_fbid": "31"})),
    )


async def test_token_stands_in_a_header_and_the_app_is_proved() -> None:
    http = ScriptedHttp([made("104_1")])
    await send(http, POST)
    (call,) = http.calls
    proof = hmac.new(SECRET.encode(), TOKEN.encode(), sha256).hexdigest()
    assert call.headers["authorization"] == f"Bearer {TOKEN}"
    assert call.query == (("appsecret_proof", proof),)


async def test_photo_that_was_sent_up_is_not_sent_up_again() -> None:
    pictures = tuple(Medium(PNG, "image/png", f"{name}.png") for name in "ab")
    draft = Draft("k", (Part("Two", pictures),))
    lost = Exchange(method="POST", path=PHOTOS, error="unavailable")
    http = ScriptedHttp([made("31", PHOTOS), lost])
    kept = Kept(http)
    with pytest.raises(NetworkError):
        await publish.publish(http, CASE.access, draft, {}, kept, now=NOW)
    again = ScriptedHttp([made("32", PHOTOS), made(f"{PAGE}_9")])
    (ref,) = await send(again, draft, kept.last)
    assert [file.file_name for call in again.calls for file in call.files] == ["b.png"]
    assert [value for _, value in again.calls[-1].form[1:]] == [
        '{"media_fbid": "31"}',
        '{"media_fbid": "32"}',
    ]
    assert ref == Ref(f"{PAGE}_9", f"https://www.facebook.com/{PAGE}/posts/9")


async def test_post_that_was_tried_is_sought_page_by_page_before_it_is_sent_again() -> None:
    photo: JsonValue = {"data": [{"media_type": "photo"}]}
    album: JsonValue = {"data": [{"media_type": "album", "subattachments": {"data": [{}, {}]}}]}
    text = ILLUSTRATED.parts[0].text
    pages = [
        listed(PUBLISHED, said("1_1", text), said("1_2", text, attachments=album), onward="a"),
        listed(PUBLISHED, said("1_3", f"{text} "), said("1_4", text, attachments=photo)),
    ]
    http = ScriptedHttp(pages)
    assert (await send(http, ILLUSTRATED, TRIED))[0].remote_id == "1_4"
    queries = [dict(call.query) for call in http.calls]
    assert [query.get("after") for query in queries] == [None, "a"]
    assert {query["since"] for query in queries} == {str(int(NOW.timestamp()) - 600)}
    http = ScriptedHttp([listed(PUBLISHED), made("104_5")])
    assert (await send(http, POST, TRIED))[0].remote_id == "104_5"


async def test_where_too_much_was_said_since_nothing_is_sent_again() -> None:
    http = ScriptedHttp([listed(PUBLISHED, onward="a")] * 5)
    with pytest.raises(OutcomeUnknown, match="look at the Page"):
        await send(http, POST, TRIED)
    http.assert_finished()


async def test_words_that_stand_there_already_are_in_doubt_where_they_may_be_ours() -> None:
    same = refused(400, 506, "Duplicate status message").model_copy(
        update={"method": "POST", "path": FEED}
    )
    with pytest.raises(Refused, match="same words"):
        await send(ScriptedHttp([same]), POST)
    with pytest.raises(OutcomeUnknown, match="stands there already"):
        await send(ScriptedHttp([listed(PUBLISHED), same]), POST, TRIED)


async def test_first_comment_follows_its_post_and_is_sought_below_it() -> None:
    draft = Draft("k", (Part("Bread"), Part("And cheese", link=Link("https://a.ch"))))
    below = f"{ROOT}/{PAGE}_1/comments"
    lost = Exchange(method="POST", path=below, error="outcome_unknown")
    http = ScriptedHttp([made(f"{PAGE}_1"), lost])
    kept = Kept(http)
    with pytest.raises(OutcomeUnknown):
        await publish.publish(http, CASE.access, draft, {}, kept, now=NOW)
    assert http.calls[1].form == (("message", "And cheese\n\nhttps://a.ch"),)
    text = "And cheese\n\nhttps://a.ch"
    ana: dict[str, JsonValue] = {"from": {"id": "7", "name": "Ana"}}
    us: dict[str, JsonValue] = {"from": {"id": PAGE, "name": "Village News"}}
    theirs, ours = said("1_7", text, **ana), said("1_8", text, **us)
    again = ScriptedHttp([listed(below, theirs, ours)])
    found = await publish.look_up(again, CASE.access, draft, kept.last, since=NOW)
    assert found is not None
    url = f"https://www.facebook.com/{PAGE}/posts/1?comment_id=8"
    assert found.refs[1] == Ref("1_8", url)
    assert dict(again.calls[0].query)["filter"] == "toplevel"


async def test_answer_shows_one_picture_and_no_video() -> None:
    below = f"{ROOT}/201_7/comments"
    picture = Medium(PNG, "image/png", "a.png")
    http = ScriptedHttp([made("31", PHOTOS), made("201_8", below)])
    await send(http, Draft("k", (Part("Yes", (picture,)),), reply_to="201_7"))
    assert http.calls[1].form == (("message", "Yes"), ("attachment_id", "31"))
    for media in ((picture, picture), (FILM,)):
        with pytest.raises(Refused, match="one picture, and no video"):
            await send(ScriptedHttp([]), Draft("k", (Part("Yes", media),), reply_to="201_7"))


async def test_video_goes_up_in_the_pieces_that_are_asked_for_at_its_own_host() -> None:
    start, _, finish, *films = recorded("facebook", "video")
    pieces: list[JsonValue] = [
        {"start_offset": "10", "end_offset": "24"},
        {"start_offset": "24", "end_offset": "24"},
    ]
    begun: JsonValue = {
        "video_id": "4001",
        "upload_session_id": "5001",
        "start_offset": 0,
        "end_offset": 10,
    }
    first = start.model_copy(update={"json_": begun})
    transfers = [Exchange(method="POST", path=VIDEOS, json_=each) for each in pieces]
    http = ScriptedHttp([first, *transfers, finish, *films])
    (ref,) = await send(http, VIDEO)
    assert [file.content for call in http.calls for file in call.files] == [
        FILM.content[:10],
        FILM.content[10:],
    ]
    hosts = [call.url.split("/")[2] for call in http.calls]
    assert hosts == ["graph-video.facebook.com"] * 4 + ["graph.facebook.com"] * 2
    assert ref == Ref(f"{PAGE}_204", f"https://www.facebook.com/{PAGE}/posts/204")


@pytest.mark.parametrize(("status", "is_told_again"), [("upload_complete", True), ("ready", False)])
async def test_video_whose_answer_was_lost_is_told_to_appear_where_that_was_not_heard(
    status: str, *, is_told_again: bool
) -> None:
    start, transfer, finish, _, ready = recorded("facebook", "video")
    lost = finish.model_copy(update={"error": "outcome_unknown"})
    http = ScriptedHttp([start, transfer, lost])
    kept = Kept(http)
    with pytest.raises(OutcomeUnknown):
        await publish.publish(http, CASE.access, VIDEO, {}, kept, now=NOW)
    state: JsonValue = {"id": "4001", "post_id": "204", "status": {"video_status": status}}
    asked = Exchange(method="GET", path=f"{ROOT}/4001", json_=state)
    again = ScriptedHttp([asked, *([finish] if is_told_again else []), ready])
    assert (await send(again, VIDEO, kept.last))[0].remote_id == f"{PAGE}_204"
    sought = ScriptedHttp([asked])
    found = await publish.look_up(sought, CASE.access, VIDEO, kept.last, since=NOW)
    assert (found is None) == is_told_again


@pytest.mark.parametrize(
    ("refusal", "error", "code"),
    [
        (refused(400, 190, "", error_subcode=459), GrantExpired, "meta.checkpoint"),
        (refused(400, 190, "", error_subcode=492), GrantExpired, "network.grant_expired"),
        (refused(403, 200, "Requires pages_manage_posts"), Refused, "meta.permission_missing"),
        (refused(403, 10, "Not allowed"), Refused, "meta.permission_missing"),
        (refused(400, 368, "Blocked"), Refused, "meta.action_blocked"),
        (refused(400, 368, "Slower", error_subcode=1390008), PostsSpent, "network.rate_limited"),
        (refused(400, 341, "Application limit"), RateLimited, "network.rate_limited"),
        (refused(400, 324, "No image"), Refused, "network.media_refused"),
        (refused(400, 100, "No object", error_subcode=33), Missing, "network.missing"),
        (refused(400, 2635, "Deprecated"), VersionGone, "network.version_gone"),
        (refused(400, 1, "Unknown", error_subcode=99), OutcomeUnknown, "network.outcome_unknown"),
        (refused(400, 0, "Later", is_transient=True), OutcomeUnknown, "network.outcome_unknown"),
        (
            refused(403, 4, "Action blocked", error_subcode=2207051),
            OutcomeUnknown,
            "network.outcome_unknown",
        ),
    ],
)
async def test_refusals_are_told_by_code_and_subcode(
    refusal: Exchange, error: type[NetworkError], code: str
) -> None:
    broken = refusal.model_copy(update={"method": "POST", "path": FEED})
    with pytest.raises(error) as caught:
        await send(ScriptedHttp([broken]), POST)
    assert (type(caught.value), caught.value.code) == (error, code)


async def test_words_for_people_are_told_before_those_for_programs() -> None:
    words: dict[str, JsonValue] = {"error_user_title": "No", "error_user_msg": f"Not {TOKEN}"}
    broken = refused(400, 100, "Invalid parameter", error_subcode=7, **words)
    broken = broken.model_copy(update={"method": "POST", "path": FEED})
    with pytest.raises(Refused) as caught:
        await send(ScriptedHttp([broken]), POST)
    assert caught.value.said == "400 100/7 No: Not [secret]"


async def test_token_of_a_person_is_none_of_a_page() -> None:
    words = "(#100) Tried accessing nonexisting field (category) on node type (User)"
    me = refused(400, 100, words).model_copy(update={"method": "GET", "path": f"{ROOT}/me"})
    with pytest.raises(Refused) as caught:
        await connect.connect(ScriptedHttp([me]), Login({"token": TOKEN}), now=NOW)
    assert caught.value.code == "account.login_refused"


async def test_calls_go_to_the_server_that_is_named() -> None:
    me = recorded("facebook", "connect")
    http = ScriptedHttp(me)
    login = Login({"token": TOKEN, "server": "https://graph.example/"}, {"graph": "v24.0"})
    http = ScriptedHttp([me[0].model_copy(update={"path": "/v24.0/me"})])
    connected = await connect.connect(http, login, now=NOW)
    assert (connected.server, connected.grant.extra) == ("https://graph.example", {})
    assert http.calls[0].url == "https://graph.example/v24.0/me"


async def test_edited_comment_spells_its_link_out() -> None:
    draft = replace(POST, parts=(Part("Bread", link=Link("https://a.ch")),))
    texts = []
    for name in (f"{PAGE}_1", "1_7"):
        http = ScriptedHttp([Exchange(method="POST", path=f"{ROOT}/{name}", json_={})])
        assert await edit.edit(http, CASE.access, Ref(name), draft, now=NOW) == Ref(name)
        texts.append(http.calls[0].form)
    assert texts == [(("message", "Bread"),), (("message", "Bread\n\nhttps://a.ch"),)]


async def test_answer_to_an_answer_is_sought_beside_it_where_facebook_puts_it() -> None:
    us: dict[str, JsonValue] = {"from": {"id": PAGE, "name": "Village News"}}
    answered = Exchange(
        method="GET", path=f"{ROOT}/1_7", json_={"id": "1_7", "parent": {"id": "1_5"}}
    )
    beside = listed(f"{ROOT}/1_5/comments", said("1_8", "Gladly", **us))
    draft = Draft("k", (Part("Gladly"),), reply_to="1_7")
    found = await publish.look_up(
        ScriptedHttp([answered, beside]), CASE.access, draft, TRIED, since=NOW
    )
    assert found is not None
    assert found.remote_id == "1_8"


async def test_link_to_a_film_is_no_film_of_ours() -> None:
    us: dict[str, JsonValue] = {"from": {"id": PAGE, "name": "Village News"}}
    card: dict[str, JsonValue] = {"type": "video_share_youtube", "media_type": "video"}
    text = "Look: https://youtu.be/dQw4w9WgXcQ"
    draft, number = Draft("k", (Part(text),)), f"{PAGE}_9"
    post = listed(PUBLISHED, said(number, text, attachments={"data": [card]}))
    comment = listed(f"{ROOT}/{number}/comments", said("9_1", text, attachment=card, **us))
    for there, answers in ((post, draft), (comment, replace(draft, reply_to=number))):
        found = await publish.look_up(ScriptedHttp([there]), CASE.access, answers, TRIED, since=NOW)
        assert found is not None


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"success": False}, NetworkError),
        ({"error": {"code": 190, "message": "The session was ended."}}, GrantExpired),
        ({"error": {"code": 10, "message": "Permission denied."}}, Refused),
    ],
)
async def test_refusal_in_an_answer_of_200_is_one(
    told: JsonValue, kind: type[NetworkError]
) -> None:
    path, ref = f"{ROOT}/{PAGE}_1", Ref(f"{PAGE}_1")
    gone = Exchange(method="DELETE", path=path, json_=told)
    with pytest.raises(kind):
        await publish.withdraw(ScriptedHttp([gone]), CASE.access, [ref])
    changed = Exchange(method="POST", path=path, json_=told)
    with pytest.raises(kind):
        await edit.edit(ScriptedHttp([changed]), CASE.access, ref, POST, now=NOW)


async def test_post_that_the_token_may_not_take_away_is_not_told_as_gone() -> None:
    """Facebook says of both that they do not exist: what stood there counted as withdrawn."""
    path, ref = f"{ROOT}/{PAGE}_202", Ref(f"{PAGE}_202")
    [unsupported, _] = recorded("facebook", "withdraw_gone")
    there = Exchange(method="GET", path=path, json_={"id": ref.remote_id})
    http = ScriptedHttp([unsupported, there])

    with pytest.raises(Refused) as refused:
        await publish.withdraw(http, CASE.access, [ref])

    assert (type(refused.value), refused.value.code) == (Refused, "meta.permission_missing")
    http.assert_finished()
