"""What the conformance suite does not ask: whose words are heard, and how pages follow."""

from pydantic import JsonValue

from domain.connector.words import Access, Grant, Inbox, InboxKind
from domain.networks.discord import inbox, metrics
from tests.networks.cases import case_of
from tests.networks.discord.case import CHANNEL, MESSAGES, refused
from tests.networks.drafts import NOW
from tests.networks.playing import read_all, script
from tests.networks.scripted import Exchange, ScriptedHttp

CASE = case_of("discord")
US: JsonValue = {"id": "1442000000000000007", "username": "village"}
BOB: JsonValue = {"id": "88", "username": "bob", "avatar": "a1"}


def message(number: int, **changes: JsonValue) -> JsonValue:
    return {
        "id": str(number),
        "channel_id": CHANNEL,
        "author": BOB,
        "timestamp": NOW.isoformat(),
        "content": "Hello",
        "mentions": [US],
        **changes,
    }


async def read(cursor: str | None, *messages: JsonValue) -> tuple[Inbox, ScriptedHttp]:
    http = ScriptedHttp([Exchange(method="GET", path=MESSAGES, json_=list(messages))])
    page = await inbox.read(http, CASE.access, cursor)
    http.assert_finished()
    return page, http


async def test_answer_says_what_it_answers_and_a_mention_stands_alone() -> None:
    items, _ = await read_all("discord", script("discord", "inbox_next"), "1442000000000000101")
    assert [(item.kind, item.about, item.author.handle) for item in items] == [
        (InboxKind.REPLY, "1442000000000000101", "bob"),
        (InboxKind.MENTION, None, "dana"),
    ]
    assert (
        items[0].author.avatar_url
        == "https://cdn.discordapp.com/avatars/1442000000000000301/a1b2.png"
    )


async def test_answer_to_others_that_names_us_is_a_mention() -> None:
    theirs: JsonValue = {"id": "7", "author": BOB}
    reference: JsonValue = {"message_id": "7"}
    page, _ = await read(
        "1", message(9, type=19, referenced_message=theirs, message_reference=reference)
    )
    assert [(item.kind, item.about) for item in page.items] == [(InboxKind.MENTION, "7")]


async def test_own_words_notices_and_talk_of_others_are_not_heard() -> None:
    page, _ = await read(
        "1",
        message(5, author=US),
        message(4, type=46),
        message(3, mentions=[]),
        {"id": "2", "odd": True},
        message(1, id="odd"),
    )
    assert (page.items, page.cursor) == ((), "5")


async def test_pages_follow_one_another_oldest_first() -> None:
    page, http = await read("100", *(message(number) for number in range(200, 100, -1)))
    assert [item.remote_id for item in page.items][:2] == ["101", "102"]
    assert (page.cursor, page.has_more) == ("200", True)
    assert http.calls[0].query == (("limit", "100"), ("after", "100"))
    assert (await read(None))[0] == Inbox((), "0")


async def test_message_that_is_gone_and_a_channel_without_a_server_are_not_measured() -> None:
    gone = refused(404, 10008, "Unknown Message")
    http = ScriptedHttp([gone.model_copy(update={"method": "GET", "path": f"{MESSAGES}/5"})])
    assert await metrics.sample_posts(http, CASE.access, ["5"]) == []
    alone = Access("https://discord.com", CHANNEL, "dm", Grant(access="t"))
    assert await metrics.sample_account(ScriptedHttp([]), alone) == []
