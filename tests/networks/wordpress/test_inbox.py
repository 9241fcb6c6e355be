from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from domain.networks.wordpress import inbox, metrics
from domain.networks.wordpress.inbox import Cursor
from tests.networks.scripted import Exchange, ScriptedHttp
from tests.networks.wordpress.case import CASE

COMMENTS = "/wp-json/wp/v2/comments"
AT = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)


def comment(id_: int, **changes: JsonValue) -> JsonValue:
    at = AT + timedelta(seconds=id_)
    facts: dict[str, JsonValue] = {
        "id": id_,
        "post": 6,
        "parent": 0,
        "author": 2,
        "author_name": "Bob",
        "date_gmt": at.replace(tzinfo=None).isoformat(),
        "content": {"rendered": "<p>It&#8217;s warm.</p>\n"},
        "link": f"https://village.example/bread/#comment-{id_}",
    }
    return {**facts, **changes}


def page(*comments: JsonValue) -> Exchange:
    return Exchange(method="GET", path=COMMENTS, json_=list(comments))


async def test_comment_says_what_it_answers_and_where() -> None:
    http = ScriptedHttp([page(comment(2, parent=1), comment(1))])

    first, second = (await inbox.read(http, CASE.access, None)).items

    assert (first.about, first.root, first.text) == ("posts/6", "posts/6", "It’s warm.")
    assert (second.about, second.root) == ("comments/1", "posts/6")
    assert first.said_at == AT + timedelta(seconds=1)


async def test_our_own_comments_are_passed_over_and_not_read_again() -> None:
    own = comment(3, author=int(CASE.access.remote_id))

    page_of_own = await inbox.read(ScriptedHttp([page(comment(2), own)]), CASE.access, "1//1")

    assert [item.remote_id for item in page_of_own.items] == ["comments/2"]
    assert page_of_own.cursor == f"3/{(AT + timedelta(seconds=3)).isoformat()}/1"


async def test_what_is_known_is_passed_over_and_two_hours_are_read_again() -> None:
    known = Cursor(2, AT).written()
    http = ScriptedHttp([page(comment(1), comment(2), comment(3))])

    found = await inbox.read(http, CASE.access, known)

    assert [item.remote_id for item in found.items] == ["comments/3"]
    query = dict(http.calls[0].query)
    assert (query["after"], query["order"]) == ("2026-11-26T08:00:00+00:00", "asc")


async def test_full_page_of_what_is_known_does_not_stop_the_reading() -> None:
    full = page(*(comment(id_) for id_ in range(1, 101)))
    known = Cursor(100, AT).written()
    http = ScriptedHttp([full, page(comment(101))])

    nothing = await inbox.read(http, CASE.access, known)
    rest = await inbox.read(http, CASE.access, nothing.cursor)

    assert (nothing.items, nothing.has_more) == ((), True)
    assert dict(http.calls[1].query)["page"] == "2"
    assert [item.remote_id for item in rest.items] == ["comments/101"]
    assert (rest.cursor, rest.has_more) == (
        Cursor(101, AT + timedelta(seconds=101)).written(),
        False,
    )


async def test_guests_are_told_apart_by_their_picture_and_else_by_their_name() -> None:
    picture: JsonValue = {
        "24": "https://g.example/avatar/a1?s=24",
        "96": "https://g.example/avatar/a1?s=96",
    }
    http = ScriptedHttp(
        [
            page(
                comment(1, author=0, author_avatar_urls=picture),
                comment(2, author=0, author_avatar_urls=[]),
                comment(3, author=0, author_name=""),
                comment(4),
            )
        ]
    )

    authors = [item.author for item in (await inbox.read(http, CASE.access, None)).items]

    assert [each.remote_id for each in authors] == ["guest:a1", "guest:Bob", "guest:Anonymous", "2"]
    assert [each.handle for each in authors] == ["Bob", "Bob", "Anonymous", "Bob"]
    assert authors[0].avatar_url == "https://g.example/avatar/a1?s=96"


async def test_comment_that_is_no_comment_hides_no_other() -> None:
    odd = (
        comment(2, id="two", parent=0),
        comment(3, author=0, author_avatar_urls={"96": "http://[odd", "9" * 5000: ""}),
    )

    found = await inbox.read(ScriptedHttp([page(comment(1), *odd)]), CASE.access, None)

    assert [item.remote_id for item in found.items] == ["comments/1", "comments/3"]


async def test_total_that_the_site_does_not_tell_is_absent() -> None:
    posts = Exchange(method="GET", path="/wp-json/wp/v2/posts", json_=[{"id": 6}])
    http = ScriptedHttp([posts, page(comment(1))])

    assert await metrics.sample_posts(http, CASE.access, ["posts/6", "comments/7"]) == []
    http.assert_finished()
