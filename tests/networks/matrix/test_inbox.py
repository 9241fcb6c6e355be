from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import JsonValue

from domain.connector.words import InboxKind
from domain.networks.matrix import inbox, metrics
from tests.networks.matrix.case import CASE, ROOM, SELF
from tests.networks.scripted import Exchange, ScriptedHttp

AT = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
BOB = "@bob:village.example"


def event(
    number: int, content: JsonValue, sender: str = BOB, kind: str = "m.room.message"
) -> JsonValue:
    return {
        "event_id": f"${number}",
        "type": kind,
        "sender": sender,
        "origin_server_ts": int(AT.timestamp() * 1000) + number,
        "content": content,
    }


def naming(number: int) -> JsonValue:
    return event(number, {"body": "Hi", "m.mentions": {"user_ids": [SELF]}})


def synced(*events: JsonValue, limited: bool = False) -> Exchange:
    timeline: JsonValue = {"events": list(events), "limited": limited, "prev_batch": "p0"}
    rooms: JsonValue = {"join": {CASE.access.remote_id: {"timeline": timeline}}}
    body: JsonValue = {"next_batch": "s2", "rooms": rooms}
    return Exchange(method="GET", path="/_matrix/client/v3/sync", json_=body)


def page(*events: JsonValue, end: str | None) -> Exchange:
    body: JsonValue = {"chunk": list(events), "end": end}
    return Exchange(method="GET", path=f"{ROOM}/messages", json_=body)


def shown(number: int, sender: str) -> Exchange:
    return Exchange(method="GET", path=f"{ROOM}/event/${number}", json_=event(number, {}, sender))


async def test_gap_is_read_back_to_where_the_last_reading_ended() -> None:
    http = ScriptedHttp(
        [
            synced(naming(5), limited=True),
            page(naming(4), naming(3), end="p1"),
            page(naming(2), end=None),
        ]
    )

    found = await inbox.read(http, CASE.access, "s1")

    http.assert_finished()
    assert [item.remote_id for item in found.items] == ["$2", "$3", "$4", "$5"]
    asked = [(dict(call.query).get("from"), dict(call.query).get("to")) for call in http.calls[1:]]
    assert asked == [("p0", "s1"), ("p1", "s1")]
    assert found.cursor == "s2"


async def test_first_reading_does_not_go_back_for_all_that_was_ever_said() -> None:
    found = await inbox.read(ScriptedHttp([synced(naming(5), limited=True)]), CASE.access, None)

    assert [item.remote_id for item in found.items] == ["$5"]


async def test_what_others_say_among_themselves_stays_out() -> None:
    among: JsonValue = {"m.in_reply_to": {"event_id": "$1"}}
    liking: JsonValue = {"rel_type": "m.annotation", "event_id": "$1", "key": "👍"}
    changed: JsonValue = {"rel_type": "m.replace", "event_id": "$2"}
    named: JsonValue = {"user_ids": [SELF]}
    http = ScriptedHttp(
        [
            synced(
                event(6, {"body": "Hello"}),
                event(7, {"body": "Yes", "m.relates_to": among}),
                event(8, {"m.relates_to": liking}, kind="m.reaction"),
                event(9, {"body": "* Hi", "m.relates_to": changed, "m.mentions": named}),
                event(10, {"body": "Me", "m.mentions": named}, SELF),
            ),
            shown(1, BOB),
        ]
    )

    found = await inbox.read(http, CASE.access, "s1")

    http.assert_finished()
    assert found.items == ()


async def test_sender_of_what_is_answered_is_asked_once() -> None:
    about: JsonValue = {"rel_type": "m.thread", "event_id": "$1"}
    answers = [event(number, {"body": "Yes", "m.relates_to": about}) for number in (6, 7)]
    http = ScriptedHttp([synced(*answers), shown(1, SELF)])

    found = await inbox.read(http, CASE.access, "s1")

    http.assert_finished()
    assert [(item.kind, item.about, item.root) for item in found.items] == [
        (InboxKind.REPLY, "$1", "$1")
    ] * 2


async def test_answers_to_what_was_said_just_before_cost_no_call() -> None:
    about: JsonValue = {"m.in_reply_to": {"event_id": "$5"}}
    taken_back: JsonValue = {"m.in_reply_to": {"event_id": "$4"}}
    gone: Any = event(4, {}, SELF)
    gone["unsigned"] = {"redacted_because": {}}
    http = ScriptedHttp(
        [
            synced(
                gone,
                event(5, {"body": "Who comes?"}, SELF),
                event(6, {"body": "I", "m.relates_to": about}),
                event(7, {"body": "Eh?", "m.relates_to": taken_back}),
            )
        ]
    )

    found = await inbox.read(http, CASE.access, "s1")

    http.assert_finished()
    assert [(item.remote_id, item.about) for item in found.items] == [("$6", "$5")]


@pytest.mark.parametrize("status", [400, 403, 404, 414])
async def test_no_name_that_a_stranger_answers_to_holds_the_inbox_up(status: int) -> None:
    about: JsonValue = {"m.in_reply_to": {"event_id": "$1"}}
    refused = Exchange(method="GET", path=f"{ROOM}/event/$1", status=status, json_={})
    answer = event(6, {"body": "Yes", "m.relates_to": about})

    found = await inbox.read(ScriptedHttp([synced(answer, naming(7)), refused]), CASE.access, "s1")

    assert ([item.remote_id for item in found.items], found.cursor) == (["$7"], "s2")


async def test_answer_to_what_has_another_form_holds_nothing_up() -> None:
    """A server passes on whatever a stranger's program wrote, and each reading asked for it."""
    odd: JsonValue = {"body": {"a": 1}, "m.relates_to": "nothing", "m.mentions": []}
    about: JsonValue = {"m.in_reply_to": {"event_id": "$1"}}
    for sender, ids in ((BOB, ["$7"]), (SELF, ["$6", "$7"])):
        stands = Exchange(method="GET", path=f"{ROOM}/event/$1", json_=event(1, odd, sender))
        answer = event(6, {"body": "Yes", "m.relates_to": about})

        found = await inbox.read(
            ScriptedHttp([synced(answer, naming(7)), stands]), CASE.access, "s1"
        )

        assert ([item.remote_id for item in found.items], found.cursor) == (ids, "s2")


async def test_answers_to_more_than_can_be_asked_for_come_in_where_they_name_us() -> None:
    """Whoever answered three hundred events that nobody has spent the budget of every reading."""
    answers: list[JsonValue] = [
        event(
            number,
            {
                "body": "Yes",
                "m.relates_to": {"m.in_reply_to": {"event_id": f"${number + 1000}"}},
                "m.mentions": {"user_ids": [SELF] if number == 300 else []},
            },
        )
        for number in range(1, 301)
    ]
    asked = [
        Exchange(method="GET", path=f"{ROOM}/event/${number + 1000}", status=404, json_={})
        for number in range(1, 101)
    ]
    http = ScriptedHttp([synced(*answers), *asked])

    found = await inbox.read(http, CASE.access, "s1")

    http.assert_finished()
    assert [(item.kind, item.remote_id) for item in found.items] == [(InboxKind.MENTION, "$300")]


async def test_reactions_are_counted_page_by_page() -> None:
    path = f"{ROOM.replace('v3', 'v1')}/relations/$1/m.annotation/m.reaction"
    first: JsonValue = {"chunk": [{}, {}], "next_batch": "n1"}
    last: JsonValue = {"chunk": [{}]}
    pages = [Exchange(method="GET", path=path, json_=each) for each in (first, last)]
    http = ScriptedHttp([shown(1, SELF), *pages])

    [likes] = await metrics.sample_posts(http, CASE.access, ["$1"])

    assert likes.total == 3
    assert dict(http.calls[2].query)["from"] == "n1"
