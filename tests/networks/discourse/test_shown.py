from time import process_time

import pytest
from pydantic import JsonValue

from domain.connector.words import Draft, Part, Ref, Shown
from domain.networks.discourse import shown
from tests.networks.discourse.case import CASE
from tests.networks.scripted import Exchange, ScriptedHttp


async def seen(**facts: JsonValue) -> Shown:
    post: JsonValue = {"topic_id": 9, "post_number": 1, "raw": "Hi", **facts}
    http = ScriptedHttp([Exchange(method="GET", path="/posts/5.json", json_=post)])
    [found] = await shown.show(http, CASE.access, [Ref("5")])
    return found


async def test_what_readers_do_not_see_is_gone() -> None:
    gone = [
        await seen(hidden=True),
        await seen(user_deleted=True),
        await seen(deleted_at="2026-11-27T10:00:00Z"),
        await seen(),
    ]

    assert [each.is_gone for each in gone] == [True, True, True, False]


async def test_pictures_and_polls_are_no_part_of_the_text() -> None:
    raw = (
        "What now?\n\n![The square|2x2](upload://a.png)\n\n![](upload://b.png)\n\n"
        "[poll type=regular results=always close=2026-11-28T10:00:00+00:00]\n* Yes\n* No\n[/poll]"
    )

    found = await seen(raw=raw)

    assert (found.text, found.alt_texts) == ("What now?", ("The square", ""))
    assert (found.options, found.is_exact) == (("Yes", "No"), False)
    assert shown.told(Draft("key", (Part("What now?"),)), 0) == "What now?"


async def test_options_are_told_of_a_post_with_one_poll_or_none() -> None:
    poll = "[poll type=regular]\n* Yes\n[/poll]"

    assert (await seen(raw="Hi")).options == ()
    assert (await seen(raw=f"{poll}\n\n{poll}")).options is None


@pytest.mark.parametrize("piece", ["![", "![a|", "![](upload://", "[poll", "[poll]", "[/poll]"])
async def test_source_without_an_end_is_read_in_reasonable_time(piece: str) -> None:
    """Three kilobytes held all that a worker does for a second, and each more for a longer one."""
    began = process_time()

    found = await seen(raw=piece * 100_000)

    assert len(found.text) == len(piece) * 100_000
    assert process_time() - began < 10


async def test_post_that_moved_where_we_may_not_look_hides_no_other() -> None:
    """What was read with it was never held against what stands there."""
    hidden = Exchange(method="GET", path="/posts/5.json", status=403, json_={"errors": ["no"]})
    post: JsonValue = {"topic_id": 9, "post_number": 2, "raw": "Hi"}
    shows = Exchange(method="GET", path="/posts/6.json", json_=post)

    found = await shown.show(ScriptedHttp([hidden, shows]), CASE.access, [Ref("5"), Ref("6")])

    assert [each.remote_id for each in found] == ["6"]
