from dataclasses import replace

import pytest
from pydantic import JsonValue

from domain.connector.errors import GrantExpired, Missing, OutcomeUnknown, RateLimited
from domain.connector.words import Checkpoint, Draft, Link, Part, Ref
from domain.networks.matrix import edit, publish
from domain.networks.matrix.compose import words_of
from tests.networks.drafts import DATE, ILLUSTRATED, IN_A_MINUTE, NOW, POST, THREAD, answering
from tests.networks.matrix.case import CASE, ROOM, SELF, refused
from tests.networks.playing import Kept, failing_post
from tests.networks.scripted import Exchange, ScriptedHttp, recorded

READABLE, _ = recorded("matrix", "post")
"""That the room is not encrypted."""


def event(
    event_id: str, content: JsonValue = None, sender: str = "@bob:village.example"
) -> JsonValue:
    return {
        "event_id": event_id,
        "type": "m.room.message",
        "sender": sender,
        "origin_server_ts": int(NOW.timestamp() * 1000),
        "content": content or {},
    }


def answer(method: str, path: str, json_: JsonValue) -> Exchange:
    return Exchange(method=method, path=path, json_=json_)


def sent(mark: str, event_id: str) -> Exchange:
    return answer("PUT", f"{ROOM}/send/m.room.message/{mark}", {"event_id": event_id})


async def send(http: ScriptedHttp, draft: Draft) -> JsonValue:
    """The body of the last call."""
    await publish.publish(http, CASE.access, draft, {}, Kept(http), now=NOW)
    http.assert_finished()
    return http.calls[-1].json


async def test_message_that_was_tried_is_sought_and_sent_again_under_the_same_id() -> None:
    tried: Checkpoint = {"is_trying": True, "begun_at": NOW.isoformat()}
    page: JsonValue = {"chunk": [event("$1", {"parvis.delivery": "delivery-1-1"}, SELF)]}
    sought = answer("GET", f"{ROOM}/messages", page)
    http = ScriptedHttp([READABLE, sought, sent("delivery-1-0", "$2")])

    published = await publish.publish(http, CASE.access, POST, tried, Kept(http), now=NOW)

    assert published.remote_id == "$2"


async def test_message_is_sought_page_by_page_until_before_it_was_begun() -> None:
    old = event("$0", sender=SELF)
    assert isinstance(old, dict)
    old["origin_server_ts"] = int(NOW.timestamp() * 1000) - 600_001
    first: JsonValue = {"chunk": [event("$3", sender=SELF)], "end": "t1"}
    second: JsonValue = {"chunk": [old, event("$1", sender=SELF)], "end": "t2"}
    http = ScriptedHttp(
        [answer("GET", f"{ROOM}/messages", first), answer("GET", f"{ROOM}/messages", second)]
    )

    assert await publish.look_up(http, CASE.access, POST, {}, since=NOW) is None

    http.assert_finished()
    assert dict(http.calls[1].query)["from"] == "t1"


async def test_where_too_much_was_said_since_nothing_is_sent_again() -> None:
    tried: Checkpoint = {"is_trying": True, "begun_at": NOW.isoformat()}
    page: JsonValue = {"chunk": [event("$3", sender=SELF)], "end": "t1"}
    http = ScriptedHttp([READABLE, *[answer("GET", f"{ROOM}/messages", page)] * 20])

    with pytest.raises(OutcomeUnknown, match="look into the room"):
        await publish.publish(http, CASE.access, POST, tried, Kept(http), now=NOW)

    http.assert_finished()


async def test_thread_that_was_interrupted_goes_on_below_what_stands() -> None:
    begun: Checkpoint = {"begun_at": NOW.isoformat(), "sent": [{"id": "$1"}, {"id": "$2"}]}
    http = ScriptedHttp([READABLE, sent("delivery-2-2", "$3")])

    published = await publish.publish(http, CASE.access, THREAD, begun, Kept(http), now=NOW)

    assert [ref.remote_id for ref in published.refs] == ["$1", "$2", "$3"]
    assert isinstance(http.calls[1].json, dict)
    assert http.calls[1].json["m.relates_to"] == {
        "rel_type": "m.thread",
        "event_id": "$1",
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": "$2"},
    }


async def test_file_that_is_there_is_not_sent_up_again() -> None:
    http = ScriptedHttp(recorded("matrix", "illustrated"))
    kept = Kept(http)
    await publish.publish(http, CASE.access, ILLUSTRATED, {}, kept, now=NOW)

    readable, _, said = recorded("matrix", "illustrated")
    again = ScriptedHttp([readable, said])
    await publish.publish(again, CASE.access, ILLUSTRATED, kept.checkpoints[0], kept, now=NOW)

    again.assert_finished()
    assert again.calls[1].json == http.calls[2].json


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({}, {"m.in_reply_to": {"event_id": "$9"}}),
        (
            {"m.relates_to": {"rel_type": "m.thread", "event_id": "$5"}},
            {
                "rel_type": "m.thread",
                "event_id": "$5",
                "is_falling_back": True,
                "m.in_reply_to": {"event_id": "$9"},
            },
        ),
    ],
    ids=["alone", "in a thread"],
)
async def test_answer_stays_in_its_thread_and_calls_whom_it_answers(
    about: dict[str, JsonValue], expected: JsonValue
) -> None:
    http = ScriptedHttp(
        [
            READABLE,
            answer("GET", f"{ROOM}/event/$9", event("$9", {"body": "Why?", **about})),
            sent("delivery-4-0", "$10"),
        ]
    )

    body = await send(http, answering("$9"))

    assert isinstance(body, dict)
    assert body["m.relates_to"] == expected
    assert body["m.mentions"] == {"user_ids": ["@bob:village.example"]}


async def test_nobody_is_called_by_an_answer_to_ourselves() -> None:
    own = answer("GET", f"{ROOM}/event/$9", event("$9", {"body": "One"}, SELF))

    body = await send(ScriptedHttp([READABLE, own, sent("delivery-4-0", "$10")]), answering("$9"))

    assert isinstance(body, dict)
    assert body["m.mentions"] == {}


async def test_what_was_taken_back_is_not_answered() -> None:
    gone = event("$9")
    assert isinstance(gone, dict)
    gone["unsigned"] = {"redacted_because": {"type": "m.room.redaction"}}

    answered = answer("GET", f"{ROOM}/event/$9", gone)

    with pytest.raises(Missing):
        await send(ScriptedHttp([READABLE, answered]), answering("$9"))


async def test_nothing_is_said_or_changed_in_a_room_that_is_encrypted_by_now() -> None:
    sealed = answer("GET", READABLE.path, {"algorithm": "m.megolm.v1.aes-sha2"})

    for speaks in (
        lambda http: publish.publish(http, CASE.access, POST, {}, Kept(http), now=NOW),
        lambda http: edit.edit(http, CASE.access, Ref("$9"), POST, now=NOW),
    ):
        http = ScriptedHttp([sealed])
        with pytest.raises(GrantExpired, match="encrypted"):
            await speaks(http)
        http.assert_finished()


async def test_older_servers_say_in_the_body_how_long_to_wait() -> None:
    busy = refused(429, "M_LIMIT_EXCEEDED", "Slow down", date=DATE)
    assert isinstance(busy.json_, dict)
    busy.json_["retry_after_ms"] = 60_000

    with pytest.raises(RateLimited) as caught:
        await publish.publish(
            failing_post("matrix", busy), CASE.access, POST, {}, Kept(ScriptedHttp([])), now=NOW
        )

    assert caught.value.until == IN_A_MINUTE


async def test_same_edit_has_the_same_id_and_another_edit_another() -> None:
    standing = answer("GET", f"{ROOM}/event/$9", event("$9", {"body": "Old"}, SELF))
    paths = []
    for text in ("New", "New", "Newer"):
        http = ScriptedHttp([READABLE, standing])
        with pytest.raises(AssertionError, match="after the end of the script"):
            await edit.edit(
                http, CASE.access, Ref("$9"), replace(POST, parts=(Part(text),)), now=NOW
            )
        paths.append(http.calls[2].url)

    assert paths[0] == paths[1] != paths[2]


def test_text_is_no_markup_and_those_it_names_are_called() -> None:
    part = Part("<b> & @bob:village.example,\nhi @bob\n\nEnd a@b:c", link=Link("https://x.example"))

    words = words_of(part)

    assert words["m.mentions"] == {"user_ids": ["@bob:village.example"]}
    pill = '<a href="https://matrix.to/#/@bob:village.example">@bob:village.example</a>'
    assert words["formatted_body"] == (
        f"<p>&lt;b&gt; &amp; {pill},<br>hi @bob</p><p>End a@b:c</p><p>https://x.example</p>"
    )
    assert words["body"] == f"{part.text}\n\nhttps://x.example"
