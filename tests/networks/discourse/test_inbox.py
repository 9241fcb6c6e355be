"""What the conformance suite does not ask: long lists, what is gone, and who is named."""

from datetime import timedelta

import pytest
from pydantic import JsonValue

from domain.connector.errors import RateLimited
from domain.connector.words import Inbox, InboxKind
from domain.networks.discourse import inbox, metrics
from tests.networks.cases import case_of
from tests.networks.drafts import NOW
from tests.networks.scripted import Exchange, ScriptedHttp

CASE = case_of("discourse")


def note(number: int, kind: int = 5, **data: JsonValue) -> dict[str, JsonValue]:
    return {
        "id": number,
        "notification_type": kind,
        "created_at": (NOW + timedelta(seconds=number)).isoformat(),
        "topic_id": 90,
        "post_number": 1,
        "data": {"original_post_id": 501, "username": "Carla", **data},
    }


def listed(*notes: dict[str, JsonValue]) -> Exchange:
    told: JsonValue = [{**each} for each in notes]
    return Exchange(method="GET", path="/notifications.json", json_={"notifications": told})


def read_to(number: int) -> str:
    """The cursor behind a notification."""
    return f"{number} {(NOW + timedelta(seconds=number)).isoformat()}"


def liked(newest: int, oldest: int) -> Exchange:
    """Each by somebody else."""
    return listed(
        *(note(number, username=f"p{number}") for number in range(newest, oldest - 1, -1))
    )


def said(id_: int, number: int, **told: JsonValue) -> dict[str, JsonValue]:
    post: dict[str, JsonValue] = {
        "id": id_,
        "topic_id": 90,
        "post_number": number,
        "username": "Carla",
        "created_at": (NOW + timedelta(seconds=number)).isoformat(),
        "reply_to_post_number": 1,
    }
    return {**post, **told}


def above(*posts: dict[str, JsonValue], status: int = 200) -> Exchange:
    """What a topic shows above a post, newest first."""
    told: JsonValue = {"id": 90, "post_stream": {"posts": [{**each} for each in posts]}}
    return Exchange(method="GET", path="/t/90/posts.json", status=status, json_=told)


def shown(id_: int, number: int) -> Exchange:
    return Exchange(method="GET", path=f"/posts/{id_}.json", json_={**said(id_, number)})


FIRST = Exchange(method="GET", path="/posts/by_number/90/1.json", json_={**said(500, 1)})


async def read(http: ScriptedHttp, cursor: str | None) -> Inbox:
    page = await inbox.read(http, CASE.access, cursor)
    http.assert_finished()
    return page


async def test_more_than_a_page_is_read_oldest_first_in_several() -> None:
    page = await read(ScriptedHttp([liked(125, 66)]), "100")
    assert [item.author.handle for item in page.items] == [
        f"p{number}" for number in range(101, 111)
    ]
    assert (page.cursor, page.has_more) == (read_to(110), True)


async def test_list_is_followed_back_to_what_is_known() -> None:
    http = ScriptedHttp([liked(125, 66), liked(65, 6)])
    page = await read(http, "50")
    assert [call.query[1] for call in http.calls] == [("offset", "0"), ("offset", "60")]
    assert (page.items[0].author.handle, page.cursor, page.has_more) == ("p51", read_to(60), True)


async def test_baseline_is_the_newest_page() -> None:
    page = await read(ScriptedHttp([liked(125, 66)]), None)
    assert (len(page.items), page.cursor, page.has_more) == (10, read_to(125), False)
    assert await read(ScriptedHttp([listed()]), None) == Inbox((), "0")


async def test_like_names_who_and_what_and_stands_once() -> None:
    page = await read(ScriptedHttp([listed(note(3), note(2), {"id": 1})]), "0")
    (item,) = page.items
    assert (item.kind, item.remote_id, item.about) == (InboxKind.LIKE, "like:501:carla", "501")
    assert (item.author.remote_id, item.author.url) == (
        "carla",
        "https://forum.village.example/u/Carla",
    )


@pytest.mark.parametrize("status", [404, 403])
async def test_post_that_is_gone_or_hidden_is_passed_over(status: int) -> None:
    """Forums answer 403 for what moved where we may not look; the inbox ended there for good."""
    missing = Exchange(
        method="GET", path="/posts/501.json", status=status, json_={"errors": ["no"]}
    )
    page = await read(ScriptedHttp([listed(note(4, 2), note(3, 12)), missing]), "2")
    assert (page.items, page.cursor) == ((), read_to(4))


async def test_post_whose_question_is_hidden_answers_nothing_we_know() -> None:
    post: JsonValue = {
        **said(501, 7),
        "reply_to_post_number": 2,
    }
    hidden = Exchange(
        method="GET", path="/posts/by_number/90/2.json", status=403, json_={"errors": ["no"]}
    )
    asked = Exchange(method="GET", path="/posts/501.json", json_=post)

    page = await read(ScriptedHttp([listed(note(4, 2)), asked, above(), hidden]), "2")

    assert [(item.remote_id, item.about) for item in page.items] == [("501", None)]


async def test_post_that_is_gone_is_not_measured() -> None:
    missing = Exchange(method="GET", path="/posts/1.json", status=404, json_={"errors": ["no"]})
    assert await metrics.sample_posts(ScriptedHttp([missing]), CASE.access, ["1"]) == []


async def test_replies_whose_notification_a_newer_one_replaced_are_read_too() -> None:
    """A forum keeps one notification of replies for a topic: those in between were lost."""
    long_ago: JsonValue = (NOW - timedelta(days=1)).isoformat()
    http = ScriptedHttp(
        [
            listed(note(9, 2, original_post_id=508), note(8, 1, original_post_id=505)),
            shown(505, 5),
            FIRST,
            shown(508, 8),
            above(
                said(507, 7),
                said(506, 6, username="Village_News"),
                said(505, 5),
                said(504, 4, post_type=3),
                {"id": 1},
                said(503, 3, created_at=long_ago),
                said(500, 1, created_at=long_ago),
            ),
        ]
    )

    page = await read(http, read_to(7))

    assert http.calls[4].query == (
        ("post_number", "8"),
        ("asc", "false"),
        ("include_raw", "true"),
    )
    assert [(item.kind, item.remote_id, item.about) for item in page.items] == [
        (InboxKind.MENTION, "505", "500"),
        (InboxKind.REPLY, "507", "500"),
        (InboxKind.REPLY, "508", "500"),
    ]


async def test_long_talk_is_read_back_to_the_last_reading() -> None:
    http = ScriptedHttp(
        [
            listed(note(60, 9, original_post_id=545)),
            shown(545, 45),
            above(*(said(500 + number, number) for number in range(44, 24, -1))),
            above(*(said(500 + number, number) for number in range(24, 4, -1))),
            above(said(504, 4), said(503, 3), said(502, 2), said(500, 1)),
            FIRST,
        ]
    )

    page = await read(http, read_to(1))

    assert [item.remote_id for item in page.items] == [str(each) for each in range(502, 546)]


async def test_reply_is_read_where_the_topic_may_not_be() -> None:
    http = ScriptedHttp(
        [listed(note(9, 2, original_post_id=508)), shown(508, 8), above(status=403), FIRST]
    )
    page = await read(http, read_to(7))
    assert [item.remote_id for item in page.items] == ["508"]


async def test_page_that_takes_more_calls_than_a_minute_has_is_handed_out_in_pieces() -> None:
    """A user's own key has 20: a page of ten replies began anew each minute, and never ended."""
    slower = Exchange(method="GET", path="/posts/503.json", status=429, json_={"errors": ["slow"]})
    notes = [note(number, 1, original_post_id=500 + number) for number in (4, 3, 2)]

    page = await read(ScriptedHttp([listed(*notes), shown(502, 2), FIRST, slower]), "1")

    assert [item.remote_id for item in page.items] == ["502"]
    assert (page.cursor, page.has_more) == (read_to(2), True)
    with pytest.raises(RateLimited):
        await read(ScriptedHttp([listed(*notes), slower]), page.cursor)
