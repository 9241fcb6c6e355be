"""What an account is told: lists that go on, that are closed, or whose post is gone; read-back."""

import hmac
from dataclasses import replace

from pydantic import JsonValue

from domain.connector.words import Metric, Ref
from domain.networks.instagram import hooks, inbox, metrics, shown
from tests.networks.instagram.case import CASE, MADE, ROOT, USER, refused
from tests.networks.instagram.test_publish import OWN, at
from tests.networks.scripted import Exchange, ScriptedHttp

POST = "17890000000000201"
TAGS = f"{ROOT}/{USER}/tags"
COMMENTS = f"{ROOT}/{POST}/comments"
GONE = refused(400, 100, "No object", error_subcode=33)


def comment(number: int, minute: int, **more: JsonValue) -> JsonValue:
    moment = f"2026-11-22T12:{minute:02}:00+0000"
    return {"id": str(number), "text": "Hi", "timestamp": moment, "username": "Ana", **more}


def page(*data: JsonValue, after: str | None = None, path: str = TAGS) -> Exchange:
    paging: JsonValue = {"cursors": {"after": after}, "next": "https://graph.example"}
    body: JsonValue = {"data": [*data], **({"paging": paging} if after else {})}
    return Exchange(method="GET", path=path, json_=body)


def below(*comments: JsonValue, after: str | None = None) -> Exchange:
    first = page(*comments, after=after).json_
    return page(
        {"id": POST, "permalink": "https://www.instagram.com/p/1/", "comments": first}, path=MADE
    )


async def test_comments_are_read_down_to_what_is_known_and_their_answers_to_the_end() -> None:
    first = await inbox.read(
        ScriptedHttp([below(comment(1, 20), after="a"), page()]), CASE.access, None
    )
    known = first.cursor
    answers = page(comment(10, 45), after="r").json_
    http = ScriptedHttp(
        [
            below(comment(4, 50, replies=answers), after="b"),
            page(comment(3, 40), after="c", path=COMMENTS),
            page(comment(2, 15), comment(0, 1), after="d", path=COMMENTS),
            page(comment(11, 46), path=f"{ROOT}/4/replies"),
            page(),
        ]
    )
    found = await inbox.read(http, CASE.access, known)
    http.assert_finished()
    assert [(item.remote_id, item.about) for item in found.items] == [
        ("comments/2", POST),
        ("comments/3", POST),
        ("comments/4/10", "comments/4"),
        ("comments/4/11", "comments/4"),
        ("comments/4", POST),
    ]
    assert {(item.author.remote_id, item.author.handle, item.root) for item in found.items} == {
        ("ana", "Ana", POST)
    }


async def test_posts_are_read_in_pieces_where_all_at_once_are_too_much() -> None:
    words = "Please reduce the amount of data you're asking for, then retry your request"
    too_much = refused(500, 1, words).model_copy(update={"method": "GET", "path": MADE})
    http = ScriptedHttp([too_much, below(comment(1, 20)), page()])

    found = await inbox.read(http, CASE.access, None)

    http.assert_finished()
    assert [item.remote_id for item in found.items] == ["comments/1"]
    assert [dict(call.query)["limit"] for call in http.calls[:2]] == ["25", "5"]


async def test_list_that_is_full_goes_on_though_it_says_no_next() -> None:
    full: list[JsonValue] = [
        {"id": str(number), "timestamp": "2026-11-22T12:30:00+0000", "username": "bob"}
        for number in range(50)
    ]
    older: JsonValue = {"id": "99", "timestamp": "2026-11-22T12:01:00+0000", "username": "bob"}
    known = (
        await inbox.read(ScriptedHttp([page(path=MADE), page(older)]), CASE.access, None)
    ).cursor
    first = page(*full).model_copy(
        update={"json_": {"data": full, "paging": {"cursors": {"after": "a"}}}}
    )
    http = ScriptedHttp([page(path=MADE), first, page(older)])
    found = await inbox.read(http, CASE.access, known)
    http.assert_finished()
    assert len(found.items) == 50
    assert {item.kind.value for item in found.items} == {"mention"}


async def test_mentions_that_are_closed_or_not_offered_hold_the_comments_up_no_more() -> None:
    closed = at("GET", TAGS, refused(403, 10, "Requires instagram_manage_comments"))
    for access, answers in (
        (CASE.access, [below(comment(1, 20)), closed]),
        (OWN, [below(comment(1, 20))]),
    ):
        http = ScriptedHttp(answers)
        found = await inbox.read(http, access, None)
        http.assert_finished()
        assert [item.remote_id for item in found.items] == ["comments/1"]


async def test_comments_of_a_post_that_is_gone_meanwhile_are_none() -> None:
    known = (await inbox.read(ScriptedHttp([below(), page()]), CASE.access, None)).cursor
    gone = at("GET", COMMENTS, GONE)
    http = ScriptedHttp([below(comment(4, 50), after="b"), gone, page()])
    assert len((await inbox.read(http, CASE.access, known)).items) == 1


async def test_insights_are_asked_for_alone_where_one_refuses_them_all() -> None:
    counted = Exchange(method="GET", path=f"{ROOT}/{POST}", json_={"like_count": 3})
    path = f"{ROOT}/{POST}/insights"
    no_such = at("GET", path, refused(400, 100, "must be a valid insights metric"))
    views = page({"name": "views", "values": [{"value": 9}]}, path=path)
    http = ScriptedHttp([counted, no_such, views, no_such, no_such])
    samples = await metrics.sample_posts(http, CASE.access, [POST])
    http.assert_finished()
    assert [(each.metric, each.total) for each in samples] == [(Metric.LIKES, 3), (Metric.VIEWS, 9)]
    hidden = at("GET", path, refused(403, 10, "Requires instagram_manage_insights"))
    http = ScriptedHttp([counted, hidden])
    assert len(await metrics.sample_posts(http, CASE.access, [POST])) == 1
    http.assert_finished()


async def test_comments_are_measured_by_their_likes_and_what_is_gone_no_more() -> None:
    liked = Exchange(method="GET", path=f"{ROOT}/9", json_={"like_count": 2})
    http = ScriptedHttp([liked, at("GET", f"{ROOT}/8", GONE)])
    samples = await metrics.sample_posts(http, CASE.access, ["comments/7/9", "8"])
    http.assert_finished()
    assert [(each.remote_id, each.total) for each in samples] == [("comments/7/9", 2)]


async def test_albums_and_comments_are_shown_and_captions_that_are_not_told_say_nothing() -> None:
    children: JsonValue = {"data": [{"media_type": "IMAGE", "alt_text": "A loaf"}, {"id": "2"}]}
    album = {"id": "1", "caption": "Hi", "media_type": "CAROUSEL_ALBUM", "children": children}
    said = {"id": "9", "text": "First!", "timestamp": "2026-11-22T12:00:00+0000"}
    answers = [
        Exchange(method="GET", path=f"{ROOT}/1", json_=album),
        Exchange(method="GET", path=f"{ROOT}/9", json_=said),
    ]
    refs = [Ref("1"), Ref("comments/9")]
    post, first = await shown.show(ScriptedHttp(answers), CASE.access, refs)
    assert (post.alt_texts, first.text, first.alt_texts) == (("A loaf", ""), "First!", ())
    bare = Exchange(method="GET", path=f"{ROOT}/1", json_={"id": "1", "media_type": "IMAGE"})
    assert await shown.show(ScriptedHttp([bare]), OWN, refs[:1]) == []
    assert [
        each.text for each in await shown.show(ScriptedHttp([bare]), CASE.access, refs[:1])
    ] == [""]


def test_hooks_are_believed_by_their_signature_and_greeted_by_their_word() -> None:
    secret, body = CASE.access.grant.extra["app_secret"], b'{"object":"instagram"}'
    signed = {
        "x-hub-signature-256": f"sha256={hmac.new(secret.encode(), body, 'sha256').hexdigest()}"
    }
    grant = replace(CASE.access.grant, extra={"app_secret": secret, "hook_word": "four words"})
    assert hooks.is_genuine(signed, body, grant)
    assert not hooks.is_genuine(signed, body + b" ", grant)
    asked = {"hub.mode": "subscribe", "hub.verify_token": "four words", "hub.challenge": "115"}
    assert hooks.greeting(asked, grant) == "115"
    assert hooks.greeting({**asked, "hub.verify_token": "five"}, grant) is None
