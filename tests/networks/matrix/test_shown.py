from datetime import UTC, datetime
from time import process_time

from pydantic import JsonValue

from domain.connector.words import Ref, Shown
from domain.networks.matrix import shown
from tests.networks.matrix.case import CASE, ROOM
from tests.networks.scripted import Exchange, ScriptedHttp

NEW: dict[str, JsonValue] = {"body": "New", "formatted_body": "<p>New</p>", "msgtype": "m.text"}


async def seen(content: JsonValue, unsigned: JsonValue = None) -> Shown:
    event: JsonValue = {"event_id": "$1", "content": content, "unsigned": unsigned or {}}
    http = ScriptedHttp([Exchange(method="GET", path=f"{ROOM}/event/$1", json_=event)])
    [found] = await shown.show(http, CASE.access, [Ref("$1")])
    return found


async def test_latest_edit_is_what_people_read() -> None:
    edit: JsonValue = {
        "content": {"body": "* New", "m.new_content": NEW},
        "origin_server_ts": 1_795_731_794_000,
    }

    beside = await seen({"body": "Old"}, {"m.relations": {"m.replace": edit}})
    within = await seen({"body": "* New", "m.new_content": NEW})

    assert (beside.text, within.text) == ("New", "New")
    assert beside.edited_at == datetime(2026, 11, 26, 22, 23, 14, tzinfo=UTC)


async def test_description_of_a_file_ends_its_caption() -> None:
    html = "<p>The square &amp; more</p><p><em>In the sun</em></p>"
    described = await seen({"body": "…", "formatted_body": html, "url": "mxc://a/1"})
    bare = await seen({"body": "The square", "formatted_body": "<p>…</p>", "url": "mxc://a/1"})
    text = await seen({"body": "The square", "formatted_body": html})

    assert (described.text, described.alt_texts) == ("The square & more", ("In the sun",))
    assert (bare.text, bare.alt_texts) == ("The square", ("",))
    assert (text.text, text.alt_texts) == ("The square", ())
    assert described.is_exact


async def test_caption_without_an_end_is_read_in_reasonable_time() -> None:
    began = process_time()

    found = await seen({"body": "…", "formatted_body": "<p><em>" * 100_000, "url": "mxc://a/1"})

    assert (found.text, found.alt_texts) == ("…", ("",))
    assert process_time() - began < 10


async def test_edit_of_an_impossible_moment_is_shown() -> None:
    content: JsonValue = {"body": "* New", "m.new_content": NEW}
    edit: JsonValue = {"content": content, "origin_server_ts": 10**30}

    found = await seen({"body": "Old"}, {"m.relations": {"m.replace": edit}})

    assert (found.text, found.edited_at) == ("New", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))


async def test_message_that_was_taken_back_is_gone() -> None:
    assert (await seen({}, {"redacted_because": {}})).is_gone
