"""What the conformance suite does not ask: who speaks, where, and what is none of ours."""

from pydantic import JsonValue

from domain.connector.words import Inbox, InboxKind
from domain.networks.telegram import inbox
from tests.networks.cases import case_of
from tests.networks.drafts import NOW
from tests.networks.playing import read_all, script
from tests.networks.scripted import Exchange, ScriptedHttp
from tests.networks.telegram.case import BOT

CASE = case_of("telegram")
HERE: JsonValue = {"id": -1002003004005, "title": "Village news", "username": "village_news"}
BOT_ITSELF: JsonValue = {"id": 110201543, "username": "village_bot", "first_name": "Village"}
BOB: JsonValue = {"id": 88, "first_name": "Bob"}


def update(number: int, **message: JsonValue) -> JsonValue:
    said: JsonValue = {
        "message_id": number,
        "date": int(NOW.timestamp()),
        "chat": HERE,
        "from": BOB,
        **message,
    }
    return {"update_id": number, "message": said}


def ours(number: int) -> JsonValue:
    return {"message_id": number, "date": 1, "chat": HERE, "from": BOT_ITSELF}


async def read(cursor: str | None, *updates: JsonValue) -> tuple[Inbox, ScriptedHttp]:
    answer: JsonValue = {"ok": True, "result": list(updates)}
    http = ScriptedHttp([Exchange(method="GET", path=f"{BOT}/getUpdates", json_=answer)])
    page = await inbox.read(http, CASE.access, cursor)
    http.assert_finished()
    return page, http


async def test_comment_in_the_discussion_group_answers_the_post_of_the_channel() -> None:
    items, _ = await read_all("telegram", script("telegram", "inbox_next"), "9001")
    assert [(item.kind, item.remote_id, item.about) for item in items] == [
        (InboxKind.REPLY, "-1002003009009/62", "7101"),
        (InboxKind.MENTION, "-1002003009009/64", None),
    ]
    assert [(item.author.handle, item.author.display_name) for item in items] == [
        ("bob_bakes", "Bob Baker"),
        ("880012", "Dana"),
    ]


async def test_answer_to_the_bot_is_a_reply_and_to_others_nothing() -> None:
    theirs: JsonValue = {"message_id": 4, "date": 1, "chat": HERE, "from": BOB}
    page, _ = await read(
        None,
        update(5, reply_to_message=ours(3), text="Yes"),
        update(6, reply_to_message=theirs, text="No"),
    )
    (item,) = page.items
    assert (item.remote_id, item.about, item.text) == ("5", "3", "Yes")
    assert item.url == "https://t.me/village_news/5"


async def test_name_counts_where_it_is_marked_as_one_whatever_its_letters() -> None:
    marked: JsonValue = [{"type": "mention", "offset": 0, "length": 12}]
    page, _ = await read(
        None,
        update(5, text="@Village_Bot hi", entities=marked),
        update(6, text="@village_bot hi"),
        update(7, caption="@village_bot", caption_entities=marked),
        update(8, text="@village_bat hi", entities=marked),
    )
    assert [item.remote_id for item in page.items] == ["5", "7"]


async def test_chat_that_speaks_itself_is_not_heard_and_another_is_its_author() -> None:
    other: JsonValue = {"id": -100777, "title": "Bakers", "username": "bakers"}
    page, _ = await read(
        None,
        update(5, sender_chat=HERE, reply_to_message=ours(3)),
        update(6, sender_chat=other, reply_to_message=ours(3)),
    )
    (item,) = page.items
    assert (item.author.remote_id, item.author.handle) == ("-100777", "bakers")


async def test_odd_updates_are_passed_over_and_let_go_of() -> None:
    odd: JsonValue = {"update_id": 12, "message": {"message_id": 1}}
    page, http = await read("9", odd, {"update_id": 11, "poll": {}})
    assert (page.items, page.cursor, page.has_more) == ((), "12", False)
    assert ("offset", "10") in http.calls[0].query
    assert ("allowed_updates", '["message"]') in http.calls[0].query


async def test_full_page_asks_for_the_next() -> None:
    page, _ = await read("0", *(update(number) for number in range(1, 101)))
    assert (page.cursor, page.has_more) == ("100", True)
    assert (await read(None))[0] == Inbox((), "0")
