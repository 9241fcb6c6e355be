"""What a Page is told: lists that go on or are closed, late comments, hooks, totals, read-back."""

import hmac
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from pydantic import JsonValue

from domain.connector.errors import GrantExpired, Unavailable
from domain.connector.words import Grant, Metric, Ref
from domain.networks.facebook import hooks, inbox, metrics, shown
from tests.networks.facebook.case import CASE, PAGE, ROOT, SECRET, refused
from tests.networks.facebook.test_publish import PUBLISHED, listed, said
from tests.networks.scripted import Exchange, ScriptedHttp, recorded

ANA: JsonValue = {"id": "7", "name": "Ana"}
TAGGED, STANDING = f"{ROOT}/{PAGE}/tagged", f"{ROOT}/{PAGE}/visitor_posts"
QUIET = [listed(TAGGED), listed(STANDING)]


def comment(number: int, minute: int, **more: JsonValue) -> JsonValue:
    at = f"2026-11-22T12:{minute:02}:00+0000"
    return {"id": f"1_{number}", "message": "Hi", "created_time": at, "from": ANA, **more}


def below(*comments: JsonValue) -> Exchange:
    told: JsonValue = {"data": [*comments]}
    return listed(PUBLISHED, said(f"{PAGE}_1", "Bread", comments=told))


async def test_first_reading_asks_for_no_more_than_is_listed_at_once() -> None:
    http = ScriptedHttp(recorded("facebook", "inbox_baseline"))
    found = await inbox.read(http, CASE.access, None)
    assert [item.remote_id for item in found.items] == ["201_301"]
    assert (found.items[0].about, found.items[0].root) == (f"{PAGE}_201", f"{PAGE}_201")
    assert all("since" not in dict(call.query) for call in http.calls)
    assert ".since(" not in dict(http.calls[0].query)["fields"]


async def test_comment_that_is_listed_late_comes_in_and_none_comes_twice() -> None:
    first = ScriptedHttp([below(comment(1, 20)), *QUIET])
    known = await inbox.read(first, CASE.access, None)
    late = ScriptedHttp([below(comment(1, 20), comment(2, 11), comment(3, 9)), *QUIET])
    fresh = await inbox.read(late, CASE.access, known.cursor)
    assert [item.remote_id for item in fresh.items] == ["1_2"]
    since = int(datetime(2026, 11, 22, 12, 10, tzinfo=UTC).timestamp())
    assert f".since({since})" in dict(late.calls[0].query)["fields"]
    again = ScriptedHttp([below(comment(1, 20), comment(2, 11)), *QUIET])
    assert (await inbox.read(again, CASE.access, fresh.cursor)).items == ()


async def test_everything_is_new_where_nothing_was_there() -> None:
    empty = ScriptedHttp([listed(PUBLISHED), *QUIET])
    known = await inbox.read(empty, CASE.access, None)
    http = ScriptedHttp([below(comment(1, 20)), *QUIET])
    found = await inbox.read(http, CASE.access, known.cursor)
    assert [item.remote_id for item in found.items] == ["1_1"]
    assert dict(http.calls[1].query)["since"] == "85800"


async def test_posts_are_read_in_pieces_where_all_at_once_are_too_much() -> None:
    """Meta said so of a Page with many comments each time, and its inbox was never read."""
    words = "Please reduce the amount of data you're asking for, then retry your request"
    too_much = refused(500, 1, words).model_copy(update={"method": "GET", "path": PUBLISHED})
    paging: JsonValue = {"cursors": {"after": "a"}, "next": "https://graph.example"}
    told: JsonValue = {"data": [comment(1, 20)]}
    first: JsonValue = {"data": [said(f"{PAGE}_1", "Bread", comments=told)], "paging": paging}
    piece = Exchange(method="GET", path=PUBLISHED, json_=first)
    http = ScriptedHttp([too_much, piece, below(comment(2, 21)), *QUIET])

    found = await inbox.read(http, CASE.access, None)

    assert [item.remote_id for item in found.items] == ["1_1", "1_2"]
    asked = [dict(call.query) for call in http.calls[:3]]
    assert [(each["limit"], each.get("after")) for each in asked] == [
        ("50", None),
        ("10", None),
        ("10", "a"),
    ]
    with pytest.raises(Unavailable):
        await inbox.read(ScriptedHttp([too_much, too_much]), CASE.access, None)


async def test_lists_that_the_token_may_not_read_are_passed_over() -> None:
    closed = [
        refused(403, 10, "Requires pages_read_user_content").model_copy(
            update={"method": "GET", "path": path}
        )
        for path in (TAGGED, STANDING)
    ]
    http = ScriptedHttp([below(comment(1, 20)), *closed])
    found = await inbox.read(http, CASE.access, None)
    http.assert_finished()
    assert [item.author.handle for item in found.items] == ["Ana"]
    out = refused(400, 190, "Expired").model_copy(update={"method": "GET", "path": TAGGED})
    with pytest.raises(GrantExpired):
        await inbox.read(ScriptedHttp([below(), out]), CASE.access, None)


async def test_hook_is_believed_by_the_secret_of_the_app_alone() -> None:
    body = b'{"object": "page"}'
    digest = hmac.new(SECRET.encode(), body, sha256).hexdigest()
    headers = {"x-hub-signature-256": f"sha256={digest}"}
    assert hooks.is_genuine(headers, body, CASE.access.grant)
    assert not hooks.is_genuine(headers, b"{}", CASE.access.grant)
    assert not hooks.is_genuine({}, body, CASE.access.grant)
    assert not hooks.is_genuine(headers, body, Grant("token"))


async def test_hook_is_greeted_by_the_word_that_was_agreed_on_alone() -> None:
    asked = {
        "hub.mode": "subscribe",
        "hub.challenge": "1158201444",
        "hub.verify_token": "our word",
    }
    grant = Grant("token", extra={"hook_word": "our word"})
    assert hooks.greeting(asked, grant) == "1158201444"
    assert hooks.greeting(asked, Grant("token")) is None
    assert hooks.greeting(asked, Grant("token", extra={"hook_word": "another"})) is None
    assert hooks.greeting({**asked, "hub.mode": "unsubscribe"}, grant) is None
    assert hooks.greeting({**asked, "hub.challenge": "<b>1</b>"}, grant) is None
    assert hooks.greeting({}, Grant("token", extra={"hook_word": ""})) is None


async def test_comment_has_likes_and_answers_and_no_insights() -> None:
    counted: JsonValue = {"like_count": 3, "comment_count": 1, "id": "1_7"}
    gone = refused(400, 100, "", error_subcode=33)
    http = ScriptedHttp(
        [
            Exchange(method="GET", path=f"{ROOT}/1_7", json_=counted),
            gone.model_copy(update={"method": "GET", "path": f"{ROOT}/1_8"}),
        ]
    )
    samples = await metrics.sample_posts(http, CASE.access, ["1_7", "1_8"])
    http.assert_finished()
    assert [(each.metric, each.total) for each in samples] == [
        (Metric.LIKES, 3),
        (Metric.REPLIES, 1),
    ]


async def test_totals_stay_where_one_of_them_may_not_be_read() -> None:
    path = f"{ROOT}/{PAGE}_201"
    closed = refused(403, 10, "Requires pages_read_user_content")
    views, clicks = recorded("facebook", "post_metrics")[1:]
    http = ScriptedHttp([closed.model_copy(update={"method": "GET", "path": path}), views, clicks])
    samples = await metrics.sample_posts(http, CASE.access, [f"{PAGE}_201"])
    assert [(each.metric, each.total, each.source_metric) for each in samples] == [
        (Metric.VIEWS, 431, "post_media_view"),
        (Metric.CLICKS, 17, "post_clicks"),
    ]


async def test_album_is_shown_photo_by_photo_and_a_comment_with_its_own() -> None:
    photos: list[JsonValue] = [{"media_type": "photo", "target": {"id": each}} for each in "ab"]
    film: JsonValue = {"media_type": "video", "target": {"id": "c"}}
    album: JsonValue = {"media_type": "album", "subattachments": {"data": [*photos, film]}}
    hidden = refused(403, 10, "").model_copy(update={"method": "GET", "path": f"{ROOT}/b"})
    http = ScriptedHttp(
        [
            get(f"{PAGE}_1", said(f"{PAGE}_1", "Bread", attachments={"data": [album]})),
            get("a", {"alt_text_custom": "A loaf"}),
            hidden,
            get("1_7", said("1_7", "Yes", attachment={"type": "photo", "target": {"id": "d"}})),
            get("d", {"id": "d"}),
        ]
    )
    found = await shown.show(http, CASE.access, [Ref(f"{PAGE}_1"), Ref("1_7")])
    http.assert_finished()
    assert [each.alt_texts for each in found] == [("A loaf", "", ""), ("",)]
    assert [each.is_exact for each in found] == [False, False]


def get(name: str, body: JsonValue) -> Exchange:
    return Exchange(method="GET", path=f"{ROOT}/{name}", json_=body)
