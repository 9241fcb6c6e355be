"""What the conformance suite does not ask: nonces, threads, files, polls, what is tried again."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import JsonValue

from domain.connector.errors import GrantExpired, Missing, OutcomeUnknown, RateLimited, Refused
from domain.connector.http import Call
from domain.connector.words import Checkpoint, Draft, Link, Login, Medium, Part, Poll, Ref
from domain.networks.discord import connect, edit, publish
from domain.networks.discord.finding import snowflake_at
from tests.networks.cases import case_of
from tests.networks.discord.case import CHANNEL, MESSAGES, refused
from tests.networks.drafts import ILLUSTRATED, IN_A_MINUTE, NOW, PNG, POLL, POST, THREAD
from tests.networks.playing import Kept
from tests.networks.scripted import Exchange, ScriptedHttp, recorded

CASE = case_of("discord")
US: JsonValue = {"id": "1442000000000000007", "username": "village"}
TRIED: Checkpoint = {"begun_at": NOW.isoformat(), "is_trying": True}
LOST = Exchange(method="POST", path=MESSAGES, error="outcome_unknown")
BELOW = "/api/v10/channels/101/messages"


def message(
    number: int, content: str = "", channel: str = CHANNEL, **changes: JsonValue
) -> dict[str, JsonValue]:
    return {
        "id": str(number),
        "channel_id": channel,
        "author": US,
        "timestamp": NOW.isoformat(),
        "content": content,
        **changes,
    }


def posted(number: int, *, path: str = MESSAGES) -> Exchange:
    channel = path.split("/")[-2]
    return Exchange(method="POST", path=path, json_=message(number, channel=channel))


def listed(*messages: dict[str, JsonValue], path: str = MESSAGES) -> Exchange:
    return Exchange(method="GET", path=path, json_=[{**each} for each in messages])


def opened(status: int = 201, body: JsonValue = None) -> Exchange:
    thread: JsonValue = {"id": "101", "type": 11}
    path = f"{MESSAGES}/101/threads"
    return Exchange(method="POST", path=path, status=status, json_=body or thread)


async def send(
    http: ScriptedHttp, draft: Draft, checkpoint: Checkpoint | None = None
) -> tuple[Ref, ...]:
    kept = Kept(http)
    sent = await publish.publish(http, CASE.access, draft, checkpoint or {}, kept, now=NOW)
    http.assert_finished()
    return sent.refs


def said(call: Call) -> dict[str, Any]:
    text = dict(call.form)["payload_json"] if call.form else json.dumps(call.json)
    body: dict[str, Any] = json.loads(text)
    return body


async def test_each_message_has_a_nonce_of_its_own_the_same_at_every_attempt() -> None:
    http = ScriptedHttp([posted(1), posted(2), posted(3)])
    await send(http, THREAD)
    again = ScriptedHttp([posted(1), posted(2), posted(3)])
    await send(again, THREAD)
    nonces = [said(call)["nonce"] for call in http.calls]
    assert nonces == [said(call)["nonce"] for call in again.calls]
    assert len(set(nonces)) == 3
    assert {len(nonce) for nonce in nonces} == {24}
    assert all(said(call)["enforce_nonce"] is True for call in http.calls)


async def test_bot_names_itself_as_discord_wants_it_and_notifies_nobody() -> None:
    http = ScriptedHttp([posted(1)])
    await send(http, POST)
    assert http.calls[0].headers["authorization"] == f"Bot {CASE.access.grant.access}"
    assert http.calls[0].headers["user-agent"].startswith("DiscordBot (")
    assert said(http.calls[0])["allowed_mentions"] == {"parse": []}
    assert "flags" not in said(http.calls[0])


async def test_settings_are_told_in_the_words_of_discord() -> None:
    settings: dict[str, JsonValue] = {
        "pings": ["users", "roles", "users"],
        "is_silent": True,
        "hides_link_previews": True,
    }
    http = ScriptedHttp([posted(1)])
    await send(http, replace(POST, settings=settings))
    told = said(http.calls[0])
    assert (told["allowed_mentions"], told["flags"]) == ({"parse": ["users", "roles"]}, 4100)


async def test_message_that_was_tried_is_sought_before_it_is_sent_again() -> None:
    text = POST.parts[0].text
    theirs: JsonValue = {"id": "5", "username": "bob"}
    others = (message(90, text, author=theirs), message(91, "Other"), message(92, text, poll=None))
    answer = message(89, text, message_reference={"message_id": "7"})
    http = ScriptedHttp([listed(*others, answer)])
    assert (await send(http, POST, TRIED))[0].remote_id == "92"
    http = ScriptedHttp([listed(answer), posted(93)])
    assert (await send(http, POST, TRIED))[0].remote_id == "93"


async def test_search_begins_at_the_first_attempt_and_goes_on_page_by_page() -> None:
    full = [message(number) for number in range(1000, 1100)]
    http = ScriptedHttp([listed(*full), listed(message(1101, POST.parts[0].text))])
    assert (await send(http, POST, TRIED))[0].remote_id == "1101"
    since = snowflake_at(NOW - timedelta(minutes=10))
    assert [call.query[0] for call in http.calls] == [("after", since), ("after", "1099")]


async def test_where_too_much_was_said_since_nothing_is_sent_again() -> None:
    pages = [[message(number) for number in range(at, at + 100)] for at in range(1000, 2000, 100)]
    http = ScriptedHttp([listed(*page) for page in pages])
    with pytest.raises(OutcomeUnknown, match="look into the channel"):
        await send(http, POST, TRIED)
    http.assert_finished()


def test_ids_begin_with_the_milliseconds_since_2015() -> None:
    assert snowflake_at(datetime(2015, 1, 1, tzinfo=UTC)) == "0"
    assert snowflake_at(datetime(2016, 4, 30, 11, 18, 25, 796000, UTC)) == "175928847298985984"


async def test_lost_poll_is_told_by_its_question_and_lost_picture_by_its_file() -> None:
    other: JsonValue = {"question": {"text": "What else?"}}
    ours: JsonValue = {"question": {"text": "What shall we bake?"}}
    http = ScriptedHttp([listed(message(1, poll=other), message(2, poll=ours))])
    assert (await send(http, POLL, TRIED))[0].remote_id == "2"
    text, file = "The square at noon.", {"id": "7"}
    http = ScriptedHttp([listed(message(1, text), message(2, text, attachments=[{**file}]))])
    assert (await send(http, ILLUSTRATED, TRIED))[0].remote_id == "2"


async def test_further_messages_stand_in_a_thread_where_one_is_asked_for() -> None:
    draft = replace(THREAD, settings={"opens_thread": True})
    script = [posted(101), opened(), posted(102, path=BELOW), posted(103, path=BELOW)]
    http = ScriptedHttp(script)
    refs = await send(http, draft)
    assert [ref.remote_id for ref in refs] == ["101", "101/102", "101/103"]
    assert said(http.calls[1]) == {"name": "First the bread."}
    assert "message_reference" not in said(http.calls[2])
    assert said(http.calls[3])["message_reference"] == {"message_id": "102"}
    assert refs[1].url == "https://discord.com/channels/1442000000000000000/101/102"
    gone = ScriptedHttp(
        Exchange(method="DELETE", path=f"{path}/{number}", status=204, text="")
        for path, number in ((BELOW, 103), (BELOW, 102), (MESSAGES, 101))
    )
    await publish.withdraw(gone, CASE.access, refs)
    gone.assert_finished()


async def test_thread_that_is_there_already_is_gone_on_with() -> None:
    draft = Draft("k", (Part("One"), Part("Two")), settings={"opens_thread": True})
    first: JsonValue = {"id": "101", "url": "https://discord.com/channels/1/2/101"}
    checkpoint: Checkpoint = {"begun_at": NOW.isoformat(), "sent": [first]}
    there: JsonValue = {"code": 160004, "message": "A thread has already been created"}
    http = ScriptedHttp([opened(400, there), posted(102, path=BELOW)])
    assert [ref.remote_id for ref in await send(http, draft, checkpoint)] == ["101", "101/102"]
    refusal: JsonValue = {"code": 50013, "message": "Missing Permissions"}
    with pytest.raises(Refused):
        await send(ScriptedHttp([opened(403, refusal)]), draft, checkpoint)


async def test_answer_goes_where_the_question_was_asked() -> None:
    http = ScriptedHttp([posted(55, path=BELOW)])
    refs = await send(http, Draft("k", (Part("Yes"),), reply_to="101/54"))
    assert said(http.calls[0])["message_reference"] == {"message_id": "54"}
    assert refs[0].remote_id == "101/55"


async def test_files_go_beside_what_is_said_of_them() -> None:
    film = Medium(b"film", "video/mp4", "b.mp4")
    picture = Medium(PNG, "image/png", "a.png", "Ä square")
    http = ScriptedHttp([posted(1)])
    await send(http, Draft("k", (Part("Two", (picture, film), Link("https://a.ch")),)))
    (call,) = http.calls
    assert said(call)["content"] == "Two\n\nhttps://a.ch"
    assert said(call)["attachments"] == [
        {"id": 0, "filename": "a.png", "description": "Ä square"},
        {"id": 1, "filename": "b.mp4", "description": ""},
    ]
    assert [(file.name, file.content) for file in call.files] == [
        ("files[0]", PNG),
        ("files[1]", b"film"),
    ]


async def test_long_question_stands_above_its_poll_which_lasts_whole_hours() -> None:
    text = "Which?\n" + "a" * 300
    poll = Poll(("a", "b"), timedelta(minutes=90))
    http = ScriptedHttp([posted(1)])
    await send(http, Draft("k", (Part(text, poll=poll),)))
    told = said(http.calls[0])
    assert told["content"] == text
    assert told["poll"] == {
        "question": {"text": "Which?"},
        "answers": [{"poll_media": {"text": "a"}}, {"poll_media": {"text": "b"}}],
        "duration": 2,
        "allow_multiselect": False,
    }


async def test_edit_keeps_the_files_and_changes_their_descriptions_or_brings_new_ones() -> None:
    path = f"{MESSAGES}/101"
    before = message(101, attachments=[{"id": "7"}])
    for standing, kept in ((before, True), (message(101), False)):
        script = [
            Exchange(method="GET", path=path, json_={**standing}),
            Exchange(method="PATCH", path=path, json_={**standing}),
        ]
        http = ScriptedHttp(script)
        ref = await edit.edit(http, CASE.access, Ref("101"), ILLUSTRATED, now=NOW)
        (attachment,) = said(http.calls[1])["attachments"]
        assert attachment["description"] == "The market square in the sun"
        assert (attachment["id"], bool(http.calls[1].files)) == (
            ("7", False) if kept else (0, True)
        )
        assert ref.url == f"https://discord.com/channels/1442000000000000000/{CHANNEL}/101"


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (refused(403, 50001, "Missing Access"), GrantExpired),
        (refused(403, 50013, "Missing Permissions"), Refused),
        (refused(404, 10003, "Unknown Channel"), Missing),
    ],
)
async def test_refusals_are_told_by_status_and_code(
    refusal: Exchange, error: type[Exception]
) -> None:
    broken = refusal.model_copy(update={"method": "POST", "path": MESSAGES})
    with pytest.raises(error) as caught:
        await send(ScriptedHttp([broken]), POST)
    assert type(caught.value) is error


async def test_answer_to_what_is_gone_is_refused_as_missing() -> None:
    reason: JsonValue = {"_errors": [{"code": "MESSAGE_REFERENCE_UNKNOWN_MESSAGE"}]}
    body: JsonValue = {
        "code": 50035,
        "message": "Invalid Form Body",
        "errors": {"message_reference": reason},
    }
    broken = Exchange(method="POST", path=MESSAGES, status=400, json_=body)
    with pytest.raises(Missing):
        await send(ScriptedHttp([broken]), Draft("k", (Part("Yes"),), reply_to="5"))


async def test_global_limit_may_say_its_wait_in_the_body_alone() -> None:
    date = CASE.failures["rate_limited"].headers["date"]
    body: JsonValue = {"message": "Slow down.", "retry_after": 60.0, "global": True}
    headers = {"date": date, "x-ratelimit-global": "true"}
    broken = Exchange(method="POST", path=MESSAGES, status=429, json_=body, headers=headers)
    with pytest.raises(RateLimited) as caught:
        await send(ScriptedHttp([broken]), POST)
    assert caught.value.until == IN_A_MINUTE


async def test_second_message_that_is_lost_leaves_the_first_in_the_checkpoint() -> None:
    http = ScriptedHttp([posted(1), LOST])
    kept = Kept(http)
    with pytest.raises(OutcomeUnknown):
        await publish.publish(http, CASE.access, THREAD, {}, kept, now=NOW)
    second = message(2, "Then the cheese.", message_reference={"message_id": "1"})
    again = ScriptedHttp([listed(second), posted(3)])
    assert [ref.remote_id for ref in await send(again, THREAD, kept.last)] == ["1", "2", "3"]
    partly = ScriptedHttp([listed(second)])
    found = await publish.look_up(partly, CASE.access, THREAD, kept.last, since=NOW)
    assert found is not None
    assert [ref.remote_id for ref in found.refs] == ["1", "2"]


async def test_channel_that_is_none_or_hidden_lets_nobody_in() -> None:
    fields = {**CASE.login.fields, "channel": "village/../news"}
    with pytest.raises(Refused):
        await connect.connect(ScriptedHttp([]), Login(fields), now=NOW)
    me = recorded("discord", "connect")[0]
    path = f"/api/v10/channels/{CHANNEL}"
    hidden = refused(404, 10003, "Unknown Channel")
    http = ScriptedHttp([me, hidden.model_copy(update={"method": "GET", "path": path})])
    with pytest.raises(GrantExpired):
        await connect.connect(http, CASE.login, now=NOW)
