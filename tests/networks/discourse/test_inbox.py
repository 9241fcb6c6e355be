"""What the conformance suite does not ask: long lists, what is gone, and who is named."""

from datetime import timedelta

import pytest
from pydantic import JsonValue

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


def liked(newest: int, oldest: int) -> Exchange:
    """Each by somebody else."""
    return listed(
        *(note(number, username=f"p{number}") for number in range(newest, oldest - 1, -1))
    )


async def read(http: ScriptedHttp, cursor: str | None) -> Inbox:
    page = await inbox.read(http, CASE.access, cursor)
    http.assert_finished()
    return page


async def test_more_than_a_page_is_read_oldest_first_in_several() -> None:
    page = await read(ScriptedHttp([liked(125, 66)]), "100")
    assert [item.author.handle for item in page.items] == [
        f"p{number}" for number in range(101, 111)
    ]
    assert (page.cursor, page.has_more) == ("110", True)


async def test_list_is_followed_back_to_what_is_known() -> None:
    http = ScriptedHttp([liked(125, 66), liked(65, 6)])
    page = await read(http, "50")
    assert [call.query[1] for call in http.calls] == [("offset", "0"), ("offset", "60")]
    assert (page.items[0].author.handle, page.cursor, page.has_more) == ("p51", "60", True)


async def test_baseline_is_the_newest_page() -> None:
    page = await read(ScriptedHttp([liked(125, 66)]), None)
    assert (len(page.items), page.cursor, page.has_more) == (10, "125", False)
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
    assert (page.items, page.cursor) == ((), "4")


async def test_post_whose_question_is_hidden_answers_nothing_we_know() -> None:
    post: JsonValue = {
        "id": 501,
        "topic_id": 90,
        "post_number": 7,
        "username": "Carla",
        "created_at": NOW.isoformat(),
        "reply_to_post_number": 2,
    }
    hidden = Exchange(
        method="GET", path="/posts/by_number/90/2.json", status=403, json_={"errors": ["no"]}
    )
    shown = Exchange(method="GET", path="/posts/501.json", json_=post)

    page = await read(ScriptedHttp([listed(note(4, 2)), shown, hidden]), "2")

    assert [(item.remote_id, item.about) for item in page.items] == [("501", None)]


async def test_post_that_is_gone_is_not_measured() -> None:
    missing = Exchange(method="GET", path="/posts/1.json", status=404, json_={"errors": ["no"]})
    assert await metrics.sample_posts(ScriptedHttp([missing]), CASE.access, ["1"]) == []
