"""What the conformance suite does not ask: albums, videos, polls, places, how refusals are said."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import JsonValue

from domain.connector.errors import (
    GrantExpired,
    Missing,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
)
from domain.connector.http import Call
from domain.connector.words import Draft, Link, Login, Medium, Part, Poll, Published, Ref
from domain.networks.telegram import connect, edit, metrics, publish
from domain.networks.telegram.answers import Chat
from domain.networks.telegram.places import url_of
from tests.networks.cases import case_of
from tests.networks.drafts import ILLUSTRATED, IN_A_MINUTE, NOW, PNG, POST
from tests.networks.playing import Kept
from tests.networks.scripted import Exchange, ScriptedHttp
from tests.networks.telegram.case import BOT, refused

CASE = case_of("telegram")
HERE: JsonValue = {"id": -1002003004005, "title": "Village news", "username": "village_news"}
PHOTO = Medium(PNG, "image/png", "a.png")
VIDEO = Medium(b"film", "video/mp4", "b.mp4")


def message(number: int, chat: JsonValue = HERE) -> JsonValue:
    return {"message_id": number, "date": int(NOW.timestamp()), "chat": chat}


def done(method: str, result: JsonValue) -> Exchange:
    return Exchange(method="POST", path=f"{BOT}/{method}", json_={"ok": True, "result": result})


def failed(method: str, status: int, words: str) -> Exchange:
    return refused(status, words).model_copy(update={"method": "POST", "path": f"{BOT}/{method}"})


async def send(script: Sequence[Exchange], draft: Draft) -> tuple[Published, Call]:
    http = ScriptedHttp(script)
    sent = await publish.publish(http, CASE.access, draft, {}, Kept(http), now=NOW)
    http.assert_finished()
    return sent, http.calls[-1]


def said(call: Call) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(json.dumps(call.json))
    return body


async def test_text_goes_out_as_it_is_with_its_link() -> None:
    draft = Draft("k", (Part("*No* <b>marks</b>", link=Link("https://a.ch")),))
    _, call = await send([done("sendMessage", message(1))], draft)
    assert said(call) == {
        "chat_id": "-1002003004005",
        "text": "*No* <b>marks</b>\n\nhttps://a.ch",
    }


async def test_settings_are_told_in_the_words_of_telegram() -> None:
    settings = {"is_silent": True, "is_protected": True, "hides_link_preview": True}
    _, call = await send([done("sendMessage", message(1))], replace(POST, settings=settings))
    told = said(call)
    assert told["disable_notification"] is told["protect_content"] is True
    assert told["link_preview_options"] == {"is_disabled": True}


async def test_video_goes_alone_with_its_caption() -> None:
    _, call = await send([done("sendVideo", message(1))], Draft("k", (Part("Film", (VIDEO,)),)))
    assert dict(call.form) == {
        "chat_id": "-1002003004005",
        "caption": "Film",
        "supports_streaming": "true",
    }
    assert [(file.name, file.content) for file in call.files] == [("video", b"film")]


async def test_album_is_several_messages_that_go_away_together() -> None:
    album = Draft("k", (Part("Two", (PHOTO, VIDEO)),), reply_to="90")
    sent, call = await send([done("sendMediaGroup", [message(101), message(102)])], album)
    assert sent.refs == (Ref("101,102", "https://t.me/village_news/101"),)
    form = dict(call.form)
    assert json.loads(form["media"]) == [
        {"type": "photo", "media": "attach://file0", "caption": "Two"},
        {"type": "video", "media": "attach://file1"},
    ]
    assert json.loads(form["reply_parameters"]) == {"message_id": 90}
    assert [file.name for file in call.files] == ["file0", "file1"]
    http = ScriptedHttp([done("deleteMessage", result=True)] * 2)
    await publish.withdraw(http, CASE.access, sent.refs)
    assert [said(call)["message_id"] for call in http.calls] == [102, 101]


async def test_album_that_names_no_message_is_an_unknown_outcome() -> None:
    with pytest.raises(OutcomeUnknown):
        await send([done("sendMediaGroup", [])], Draft("k", (Part("Two", (PHOTO, PHOTO)),)))


async def test_thread_that_begins_with_an_album_answers_its_first_message() -> None:
    draft = Draft("k", (Part("Two", (PHOTO, PHOTO)), Part("More")))
    script = [
        done("sendMediaGroup", [message(101), message(102)]),
        done("sendMessage", message(103)),
    ]
    _, call = await send(script, draft)
    assert said(call)["reply_parameters"] == {"message_id": 101}


async def test_answer_goes_where_the_question_was_asked() -> None:
    group: JsonValue = {"id": -1002003009009, "title": "Village talk"}
    draft = Draft("k", (Part("Yes!"),), reply_to="-1002003009009/62")
    sent, call = await send([done("sendMessage", message(63, group))], draft)
    assert said(call)["chat_id"] == "-1002003009009"
    assert said(call)["reply_parameters"] == {"message_id": 62}
    assert sent.refs == (Ref("-1002003009009/63", "https://t.me/c/2003009009/63"),)
    http = ScriptedHttp([done("deleteMessage", result=True)])
    await publish.withdraw(http, CASE.access, sent.refs)
    assert said(http.calls[0]) == {"chat_id": "-1002003009009", "message_id": 63}


@pytest.mark.parametrize("method", ["sendMessage", "deleteMessage", "editMessageText"])
async def test_bot_that_was_put_out_of_another_chat_still_has_the_accounts(method: str) -> None:
    """The account waited for its owner, was found to be well, and was locked out once more."""
    words = "Forbidden: bot is not a member of the supergroup chat"
    ref = Ref("-1002003009009/62")
    answer = Draft("k", (Part("Yes!"),), reply_to=ref.remote_id)

    async def speak(http: ScriptedHttp) -> None:
        if method == "sendMessage":
            await publish.publish(http, CASE.access, answer, {}, Kept(http), now=NOW)
        elif method == "deleteMessage":
            await publish.withdraw(http, CASE.access, [ref])
        else:
            await edit.edit(http, CASE.access, ref, answer, now=NOW)

    with pytest.raises(Refused):
        await speak(ScriptedHttp([failed(method, 403, words)]))
    with pytest.raises(GrantExpired):
        await speak(ScriptedHttp([failed(method, 401, "Unauthorized")]))


async def test_long_question_stands_below_its_first_line() -> None:
    text = "Which?\n" + "😀" * 150
    poll = Poll(("a", "b"), timedelta(minutes=5), hides_totals=True)
    _, call = await send([done("sendPoll", message(1))], Draft("k", (Part(text, poll=poll),)))
    told = said(call)
    assert (told["question"], told["description"]) == ("Which?", text)
    assert (told["open_period"], told["hide_results_until_closes"]) == (300, True)
    _, call = await send([done("sendPoll", message(1))], Draft("k", (Part("😀" * 151, poll=poll),)))
    assert said(call)["question"] == "😀" * 150


async def test_chat_without_a_name_shows_its_messages_to_members_alone() -> None:
    assert url_of(Chat(id="-1002003009009"), "5") == "https://t.me/c/2003009009/5"
    assert url_of(Chat(id="-42"), "5") is None


@pytest.mark.parametrize(
    ("status", "words", "error"),
    [
        (403, "Forbidden: bot was kicked from the channel chat", GrantExpired),
        (404, "Not Found", GrantExpired),
        (400, "Bad Request: message to be replied not found", Missing),
        (400, "Bad Request: need administrator rights in the channel chat", Refused),
        (409, "Conflict: terminated by other getUpdates request", Unavailable),
    ],
)
async def test_refusals_are_told_by_status_and_words(
    status: int, words: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        await send([failed("sendMessage", status, words)], POST)
    assert type(caught.value) is error


async def test_wait_stands_in_the_body() -> None:
    broken = CASE.failures["rate_limited"].model_copy(
        update={"method": "POST", "path": f"{BOT}/sendMessage"}
    )
    with pytest.raises(RateLimited) as caught:
        await send([broken], POST)
    assert caught.value.until == IN_A_MINUTE


async def test_edit_that_changes_nothing_is_done_and_a_caption_is_a_caption() -> None:
    same = failed("editMessageText", 400, "Bad Request: message is not modified: the same")
    ref = Ref("7101", "https://t.me/village_news/7101")
    assert await edit.edit(ScriptedHttp([same]), CASE.access, ref, POST, now=NOW) == ref
    http = ScriptedHttp([done("editMessageCaption", message(101))])
    await edit.edit(http, CASE.access, Ref("101,102"), ILLUSTRATED, now=NOW)
    assert said(http.calls[0]) == {
        "chat_id": "-1002003004005",
        "message_id": 101,
        "caption": "The square at noon.",
    }
    poll = failed("editMessageText", 400, "Bad Request: there is no text in the message to edit")
    with pytest.raises(Refused):
        await edit.edit(ScriptedHttp([poll]), CASE.access, ref, POST, now=NOW)


@pytest.mark.parametrize("token", ["", "12:", "12:a/../b", "12:a?x", "abc:def"])
async def test_token_that_is_none_is_asked_nothing(token: str) -> None:
    http = ScriptedHttp([])
    with pytest.raises(GrantExpired):
        await connect.connect(http, Login({"token": token, "chat": "@a"}), now=NOW)


async def test_server_of_ones_own_is_asked() -> None:
    me = Exchange(method="GET", path=f"{BOT}/getMe", json_={"result": {"id": 1}})
    chat = Exchange(method="GET", path=f"{BOT}/getChat", json_={"result": HERE})
    fields = {**CASE.login.fields, "server": "https://bots.example/"}
    http = ScriptedHttp([me, chat])
    connected = await connect.connect(http, Login(fields), now=NOW)
    assert connected.server == "https://bots.example"
    assert http.calls[0].url.startswith("https://bots.example/bot")


@pytest.mark.parametrize("draft", [POST, ILLUSTRATED])
async def test_group_that_has_become_another_chat_is_followed_there(draft: Draft) -> None:
    """Everything that was sent to it was refused from then on."""
    there: JsonValue = {"id": -1009, "title": "Village"}
    method = "sendPhoto" if draft.parts[0].media else "sendMessage"
    words = "Bad Request: group chat was upgraded to a supergroup chat"
    moved = refused(400, words, {"migrate_to_chat_id": -1009})
    moved = moved.model_copy(update={"method": "POST", "path": f"{BOT}/{method}"})

    sent, call = await send([moved, done(method, message(7, there))], draft)

    assert sent.remote_id == "-1009/7"
    assert (dict(call.form) or said(call))["chat_id"] == "-1009"
    counted = ScriptedHttp(
        [
            moved.model_copy(update={"method": "GET", "path": f"{BOT}/getChatMemberCount"}),
            Exchange(
                method="GET", path=f"{BOT}/getChatMemberCount", json_={"ok": True, "result": 5}
            ),
        ]
    )
    (sample,) = await metrics.sample_account(counted, CASE.access)
    assert (sample.remote_id, sample.total) == (CASE.access.remote_id, 5)
    assert counted.calls[1].query == (("chat_id", "-1009"),)
