"""What a profile is told: lists that go on, that are closed, or whose post is gone; read-back."""

from pydantic import JsonValue

from domain.connector.words import Ref
from domain.networks.threads import inbox, metrics, shown
from tests.networks.scripted import Exchange, ScriptedHttp, recorded
from tests.networks.threads.case import CASE, MADE, ROOT, USER, refused

POST = "18000000000000201"
TALK, MENTIONS = f"{ROOT}/{POST}/conversation", f"{ROOT}/{USER}/mentions"
POSTS = recorded("threads", "inbox_baseline")[0]


def answer(number: int, minute: int) -> JsonValue:
    at = f"2026-11-22T12:{minute:02}:00+0000"
    return {"id": str(number), "text": "Hi", "timestamp": at, "username": "Ana"}


def listed(path: str, *said: JsonValue, onward: str | None = None) -> Exchange:
    paging: JsonValue = {"cursors": {"after": onward}, "next": "https://graph.example"}
    body: JsonValue = {"data": [*said], **({"paging": paging} if onward else {})}
    return Exchange(method="GET", path=path, json_=body)


async def test_answers_are_read_down_to_what_is_known() -> None:
    first = [POSTS, listed(TALK, answer(1, 20), onward="a"), listed(MENTIONS)]
    known = await inbox.read(ScriptedHttp(first), CASE.access, None)
    pages = [
        listed(TALK, answer(4, 50), answer(3, 40), onward="b"),
        listed(TALK, answer(2, 15), answer(0, 1), onward="c"),
    ]
    http = ScriptedHttp([POSTS, *pages, listed(MENTIONS)])
    found = await inbox.read(http, CASE.access, known.cursor)
    http.assert_finished()
    assert [item.remote_id for item in found.items] == ["2", "3", "4"]
    assert (found.items[0].author.remote_id, found.items[0].author.handle) == ("ana", "Ana")
    assert (found.items[0].about, found.items[0].root) == (POST, POST)
    assert dict(http.calls[2].query)["after"] == "b"


async def test_list_that_is_closed_or_gone_holds_the_others_up_no_more() -> None:
    gone = refused(400, 100, "No object", error_subcode=33)
    closed = refused(403, 10, "Requires threads_manage_mentions")
    http = ScriptedHttp(
        [
            POSTS,
            gone.model_copy(update={"method": "GET", "path": TALK}),
            closed.model_copy(update={"method": "GET", "path": MENTIONS}),
        ]
    )
    found = await inbox.read(http, CASE.access, None)
    http.assert_finished()
    assert found.items == ()


async def test_own_mention_of_oneself_is_none() -> None:
    mine: JsonValue = {
        "id": "7",
        "text": "@village.news",
        "timestamp": "2026-11-22T12:00:00+0000",
        "username": "village.news",
    }
    empty = listed(MADE)
    http = ScriptedHttp([empty, listed(MENTIONS, mine)])
    assert (await inbox.read(http, CASE.access, None)).items == ()


async def test_post_that_is_gone_is_measured_no_more_and_followers_may_be_hidden() -> None:
    gone = refused(400, 100, "No object", error_subcode=33)
    hidden = refused(403, 10, "Requires threads_manage_insights")
    http = ScriptedHttp(
        [
            gone.model_copy(update={"method": "GET", "path": f"{ROOT}/1/insights"}),
            hidden.model_copy(update={"method": "GET", "path": f"{ROOT}/{USER}/threads_insights"}),
        ]
    )
    assert await metrics.sample_posts(http, CASE.access, ["1"]) == []
    assert await metrics.sample_account(http, CASE.access) == []
    http.assert_finished()


async def test_several_files_and_a_poll_are_shown_as_they_stand() -> None:
    children: list[JsonValue] = [{"media_type": "IMAGE", "alt_text": "A loaf"}, {"id": "2"}]
    told: dict[str, JsonValue] = {"id": "1", "text": "Hi", "timestamp": "2026-11-22T12:00:00+0000"}
    poll: JsonValue = {"option_a": "Yes", "option_b": "No", "total_votes": 3}
    http = ScriptedHttp(
        Exchange(method="GET", path=f"{ROOT}/{number}", json_={**told, **more})
        for number, more in (
            ("1", {"media_type": "CAROUSEL_ALBUM", "children": {"data": children}}),
            ("2", {"media_type": "TEXT_POST", "poll_attachment": poll}),
        )
    )
    album, asked = await shown.show(http, CASE.access, [Ref("1"), Ref("2")])
    assert (album.alt_texts, album.options) == (("A loaf", ""), None)
    assert (asked.alt_texts, asked.options) == ((), ("Yes", "No"))
