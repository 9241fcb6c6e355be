"""What the conformance suite does not ask: keys that are taken, threads that stopped, answers."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import JsonValue

from domain.connector.errors import OutcomeUnknown, Refused
from domain.connector.http import Call
from domain.connector.words import Checkpoint, Draft, Link, Part, Ref
from domain.networks.bluesky import connect, resume
from domain.networks.bluesky import publish as publishing
from domain.networks.bluesky.progress import Progress
from tests.networks.bluesky.case import CASE
from tests.networks.drafts import ILLUSTRATED, NOW, POST, THREAD
from tests.networks.playing import publish, script
from tests.networks.scripted import Exchange, ScriptedHttp, recorded

CREATE = "/xrpc/com.atproto.repo.createRecord"
APPLY = "/xrpc/com.atproto.repo.applyWrites"
STORED = "/xrpc/com.atproto.repo.getRecord"
BROKEN = Exchange(
    method="POST", path=CREATE, status=500, json_={"error": "InternalServerError", "message": ""}
)


def stored(uri: str, **value: str) -> Exchange:
    body = {"uri": uri, "cid": f"cid-of-{uri[-1]}", "value": {**value}}
    return Exchange(method="GET", path=STORED, json_={**body})


def applied(key: str) -> Exchange:
    result = {"uri": f"at://did/app.bsky.feed.post/{key}", "cid": f"cid-of-{key}"}
    return Exchange(method="POST", path=APPLY, json_={"results": [{**result}]})


def _writes(call: Call) -> list[dict[str, Any]]:
    writes: list[dict[str, Any]] = json.loads(json.dumps(call.json))["writes"]
    return writes


def created(uri: str) -> Exchange:
    return Exchange(method="POST", path=CREATE, json_={"uri": uri, "cid": f"cid-of-{uri[-1]}"})


ABSENT = recorded("bluesky", "look_up_missing")[0]


@pytest.mark.parametrize(
    "answer",
    [
        BROKEN,
        Exchange(method="POST", path=CREATE, error="outcome_unknown"),
        BROKEN.model_copy(
            update={
                "status": 400,
                "json_": {"error": "InvalidRequest", "message": "Record already exists"},
            }
        ),
    ],
)
async def test_write_that_fails_because_the_post_is_there_succeeds(answer: Exchange) -> None:
    http = ScriptedHttp([answer, stored("at://did/app.bsky.feed.post/1")])
    published, _ = await publish("bluesky", http, POST, {})
    http.assert_finished()
    assert published.remote_id == "at://did/app.bsky.feed.post/1"


async def test_gates_are_written_with_their_post_in_one_commit() -> None:
    gated = Draft(
        "k",
        (Part("One"), Part("Two")),
        settings={"replies_from": ["mentioned", "followed"], "can_be_quoted": False},
    )
    http = ScriptedHttp([applied("1"), applied("2")])
    await publish("bluesky", http, gated, {})
    http.assert_finished()
    first, second = ([*_writes(call)] for call in http.calls)
    kinds = ["app.bsky.feed.post", "app.bsky.feed.threadgate", "app.bsky.feed.postgate"]
    assert [write["collection"] for write in first] == kinds
    assert [write["collection"] for write in second] == [kinds[0], kinds[2]]
    assert len({write["rkey"] for write in first}) == len({write["rkey"] for write in second}) == 1
    uri = f"at://{CASE.access.remote_id}/app.bsky.feed.post/{first[0]['rkey']}"
    assert [write["value"]["post"] for write in first[1:]] == [uri, uri]
    assert [rule["$type"] for rule in first[1]["value"]["allow"]] == [
        "app.bsky.feed.threadgate#mentionRule",
        "app.bsky.feed.threadgate#followingRule",
    ]
    assert first[2]["value"]["embeddingRules"] == [{"$type": "app.bsky.feed.postgate#disableRule"}]


@pytest.mark.parametrize("status", [500, 400])
async def test_gated_write_that_fails_because_the_post_is_there_succeeds(status: int) -> None:
    gated = Draft("k", (Part("One"),), settings={"replies_from": []})
    message = "Record already exists"
    taken = Exchange(
        method="POST",
        path=APPLY,
        status=status,
        json_={"error": "InvalidRequest", "message": message},
    )
    http = ScriptedHttp([taken, stored("at://did/app.bsky.feed.post/1")])
    published, _ = await publish("bluesky", http, gated, {})
    http.assert_finished()
    assert published.remote_id == "at://did/app.bsky.feed.post/1"
    (_, gate) = _writes(http.calls[0])
    assert gate["value"]["allow"] == []


async def test_write_that_fails_while_nobody_can_look_stays_unknown() -> None:
    http = ScriptedHttp([BROKEN, Exchange(method="GET", path=STORED, status=503)])
    with pytest.raises(OutcomeUnknown):
        await publish("bluesky", http, POST, {})
    http.assert_finished()


async def test_post_that_may_stand_there_is_looked_for_before_it_is_written() -> None:
    lost = ScriptedHttp([BROKEN, ABSENT])
    checkpoints: list[Checkpoint] = []

    async def save(checkpoint: Checkpoint) -> None:
        checkpoints.append(checkpoint)

    with pytest.raises(OutcomeUnknown):
        await publishing.publish(lost, CASE.access, POST, {}, save, now=NOW)
    http = ScriptedHttp([ABSENT, created("at://did/app.bsky.feed.post/1")])
    published, _ = await publish("bluesky", http, POST, checkpoints[-1])
    http.assert_finished()
    assert published.remote_id == "at://did/app.bsky.feed.post/1"
    keys = [call.json["rkey"] for call in lost.calls + http.calls if isinstance(call.json, dict)]
    assert keys[0] == keys[1]


async def test_thread_goes_on_below_the_last_message_that_stands() -> None:
    _, kept = await publish("bluesky", script("bluesky", "thread"), THREAD, {})
    one_sent = kept.checkpoints[1]
    http = ScriptedHttp(
        [
            stored("at://did/app.bsky.feed.post/2"),
            ABSENT,
            created("at://did/app.bsky.feed.post/3"),
        ]
    )
    published, _ = await publish("bluesky", http, THREAD, one_sent)
    http.assert_finished()
    assert [ref.remote_id[-1] for ref in published.refs[1:]] == ["2", "3"]
    (write,) = (call.json for call in http.calls if call.method == "POST")
    assert isinstance(write, dict)
    assert isinstance(write["record"], dict)
    parent = {"uri": "at://did/app.bsky.feed.post/2", "cid": "cid-of-2"}
    root = {"uri": published.remote_id, "cid": _cid(one_sent)}
    assert write["record"]["reply"] == {"root": root, "parent": parent}


def _cid(checkpoint: Checkpoint) -> str:
    sent = checkpoint["sent"]
    assert isinstance(sent, list)
    assert isinstance(sent[0], dict)
    return str(sent[0]["cid"])


async def test_answer_to_an_answer_names_the_root_of_the_thread() -> None:
    root = {"uri": "at://did:plc:x/app.bsky.feed.post/r", "cid": "cid-r"}
    view = {
        "uri": "at://did:plc:bob/app.bsky.feed.post/p",
        "cid": "cid-p",
        "record": {"text": "?", "reply": {"root": root, "parent": root}},
    }
    posts = Exchange(method="GET", path="/xrpc/app.bsky.feed.getPosts", json_={"posts": [{**view}]})
    http = ScriptedHttp([posts, created("at://did/app.bsky.feed.post/1")])
    draft = Draft("k", (Part("Thanks"),), reply_to="at://did:plc:bob/app.bsky.feed.post/p")
    await publish("bluesky", http, draft, {})
    http.assert_finished()
    write = http.calls[-1].json
    assert isinstance(write, dict)
    assert isinstance(write["record"], dict)
    parent = {"uri": view["uri"], "cid": "cid-p"}
    assert write["record"]["reply"] == {"root": root, "parent": parent}


async def test_answer_that_nobody_would_be_shown_is_refused_before_it_is_written() -> None:
    uri = "at://did:plc:bob/app.bsky.feed.post/p"
    post: JsonValue = {"uri": uri, "cid": "c", "record": {}, "viewer": {"replyDisabled": True}}
    posts = Exchange(method="GET", path="/xrpc/app.bsky.feed.getPosts", json_={"posts": [post]})

    with pytest.raises(Refused) as caught:
        await publish(
            "bluesky", ScriptedHttp([posts]), Draft("k", (Part("Me too"),), reply_to=uri), {}
        )

    assert caught.value.code == "network.answer_refused"


async def test_link_beside_an_image_is_written_out() -> None:
    http, media = script("bluesky", "illustrated"), ILLUSTRATED.parts[0].media
    draft = Draft("k", (Part("Look", media=media, link=Link("https://a.ch")),))
    await publish("bluesky", http, draft, {})
    write = http.calls[-1].json
    assert isinstance(write, dict)
    assert isinstance(write["record"], dict)
    assert write["record"]["text"] == "Look\n\nhttps://a.ch"


async def test_end_of_a_session_is_read_from_its_token() -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": 1795347180}).encode()).decode()
    session = recorded("bluesky", "refresh")[0]
    assert isinstance(session.json_, dict)
    token = f"e30.{claims.rstrip('=')}.sig"
    renewed = session.model_copy(update={"json_": {**session.json_, "accessJwt": token}})
    grant = await connect.refresh(ScriptedHttp([renewed]), CASE.access, now=NOW)
    assert grant.expires_at == datetime(2026, 11, 22, 11, 33, tzinfo=UTC)


@pytest.mark.parametrize("is_there", [True, False])
async def test_record_that_a_person_told_of_is_sought_under_its_key(*, is_there: bool) -> None:
    """Nobody but the server knows its content's id, which the next message needs."""
    _, kept = await publish("bluesky", script("bluesky", "thread"), THREAD, {})
    one_sent = kept.checkpoints[1]
    key = Progress.model_validate(one_sent).keys[1]
    told = resume.told(one_sent, Ref(f"https://bsky.app/profile/village.example/post/{key}"))
    second, third = ("at://did/app.bsky.feed.post/2", "at://did/app.bsky.feed.post/3")
    there, gone = (
        [stored(second), ABSENT, created(third)],
        [ABSENT, created(second), created(third)],
    )

    http = ScriptedHttp(there if is_there else gone)
    await publish("bluesky", http, THREAD, told)

    http.assert_finished()
    last = http.calls[-1].json
    assert isinstance(last, dict)
    assert isinstance(last["record"], dict)
    assert isinstance(last["record"]["reply"], dict)
    assert last["record"]["reply"]["parent"] == {"uri": second, "cid": "cid-of-2"}
    assert [ref.remote_id.rpartition("/")[2] for ref in resume.known(told)][1:] == [key]
