"""Our connector, and the whole of Parvis, against a real Matrix homeserver."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain.connector.errors import GrantExpired, OutcomeUnknown, RateLimited, Refused
from domain.connector.words import Access, Draft, Grant, InboxKind, Medium, Metric, Part
from domain.networks.matrix import CONNECTOR, connect, edit, inbox, metrics
from domain.networks.matrix import publish as publishing
from tests.house import settle_in
from tests.networks.drafts import ALT_TEXT, PNG
from tests.real import journey, rigs
from tests.real.losing import losing
from tests.real.matrix_rig import NAME
from tests.real.matrix_village import MatrixVillage
from tests.real.outward import enter, is_found, now, outward, publish
from tests.real.rigs import Matrix
from tests.stack import running_stack
from workers.http import OutwardHttp

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]
PICTURE = Medium(PNG, "image/png", "square.png", ALT_TEXT, 2, 2)


@dataclass
class Stage:
    http: OutwardHttp
    village: MatrixVillage
    ana: Access

    def count(self, text: str) -> int:
        return sum(each["content"].get("body") == text for each in self.village.said("ana"))


@pytest.fixture
async def stage(matrix: Matrix) -> AsyncIterator[Stage]:
    village = MatrixVillage(matrix)
    async with outward(matrix.url) as http:
        yield Stage(http, village, await enter(CONNECTOR, http, village.login("ana")))


def draft(*parts: Part, reply_to: str | None = None) -> Draft:
    return Draft(uuid4().hex, parts, reply_to=reply_to)


async def test_stranger_does_not_hold_the_inbox_up(stage: Stage) -> None:
    """A server takes events of a kind of anybody's own, whatever stands in them."""
    known = (await inbox.read(stage.http, stage.ana, None)).cursor
    odd = stage.village.send("bob", "example.odd", {"body": {"a": 1}, "m.relates_to": "nothing"})
    stage.village.say("bob", "Yes", reply_to=odd)
    named = stage.village.say("bob", "Hi @ana!", names=("ana",))

    found = await inbox.read(stage.http, stage.ana, known)

    assert [(item.kind, item.remote_id) for item in found.items] == [(InboxKind.MENTION, named)]


async def test_room_connects_by_token_and_by_password(stage: Stage, matrix: Matrix) -> None:
    login = {"server": matrix.url, "room": matrix.room, "user": "ana", "password": "ana-password"}
    for access in (stage.ana, await enter(CONNECTOR, stage.http, login)):
        assert (access.remote_id, access.handle) == (matrix.room, f"#square:{NAME}")
        assert (await connect.check(stage.http, access)).display_name == "The square"
    with pytest.raises(GrantExpired):
        await enter(CONNECTOR, stage.http, {**login, "password": "no such password"})
    broken = replace(stage.ana, grant=Grant("no-such-token", extra=stage.ana.grant.extra))
    with pytest.raises(GrantExpired):
        await publish(CONNECTOR, stage.http, broken, draft(Part("Not today")))


async def test_user_who_was_put_out_of_the_room_is_told_so(stage: Stage, matrix: Matrix) -> None:
    room = matrix.call("bob", "POST", "createRoom", {"preset": "public_chat"})["room_id"]
    ana = await enter(CONNECTOR, stage.http, {**stage.village.login("ana"), "room": room})
    await connect.check(stage.http, ana)
    matrix.call("bob", "POST", f"rooms/{room}/kick", {"user_id": f"@ana:{NAME}"})
    with pytest.raises(GrantExpired):
        await connect.check(stage.http, ana)


async def test_encrypted_room_is_refused(stage: Stage, matrix: Matrix) -> None:
    sealed = {"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    room = matrix.call("ana", "POST", "createRoom", {"initial_state": [sealed]})["room_id"]
    with pytest.raises(Refused):
        await enter(CONNECTOR, stage.http, {**stage.village.login("ana"), "room": room})
    with pytest.raises(Refused):
        await enter(CONNECTOR, stage.http, {**stage.village.login("bob"), "room": room})


async def test_thread_with_picture_stands_as_it_was_meant(stage: Stage) -> None:
    sent = draft(
        Part("One <b>, hello @bob:village.example", (PICTURE,)), Part("Two"), Part("Three")
    )
    published, _ = await publish(CONNECTOR, stage.http, stage.ana, sent)
    one, two, three = (stage.village.event(ref.remote_id)["content"] for ref in published.refs)
    assert (one["msgtype"], one["filename"]) == ("m.image", "square.png")
    assert one["body"] == f"One <b>, hello @bob:village.example\n\n{ALT_TEXT}"
    assert one["formatted_body"].startswith("<p>One &lt;b&gt;, hello <a href=")
    assert one["m.mentions"] == {"user_ids": [f"@bob:{NAME}"]}
    assert one["url"].startswith(f"mxc://{NAME}/")
    first, second, _ = (ref.remote_id for ref in published.refs)
    for content, above in ((two, first), (three, second)):
        about = content["m.relates_to"]
        assert (about["rel_type"], about["event_id"]) == ("m.thread", first)
        assert about["m.in_reply_to"]["event_id"] == above


async def test_draft_sent_twice_stands_there_once(stage: Stage) -> None:
    words = [f"{word} {uuid4().hex}" for word in ("Once", "Twice")]
    twice = draft(*(Part(each) for each in words))
    first, kept = await publish(CONNECTOR, stage.http, stage.ana, twice)
    for checkpoint in ({}, *kept):
        again, _ = await publish(CONNECTOR, stage.http, stage.ana, twice, checkpoint)
        assert again == first
        found = await publishing.look_up(stage.http, stage.ana, twice, checkpoint, since=now())
        assert is_found(found, first)
    assert [stage.count(each) for each in words] == [1, 1]


async def test_message_is_found_by_its_mark_from_another_device(
    stage: Stage, matrix: Matrix
) -> None:
    text = f"Marked {uuid4().hex}"
    sent = draft(Part(text))
    first, kept = await publish(CONNECTOR, stage.http, stage.ana, sent)
    login = {"server": matrix.url, "room": matrix.room, "user": "ana", "password": "ana-password"}
    elsewhere = await enter(CONNECTOR, stage.http, login)
    assert kept[0]["is_trying"] is True
    again, _ = await publish(CONNECTOR, stage.http, elsewhere, sent, kept[0])
    assert again == first
    assert stage.count(text) == 1


async def test_edit_and_withdrawal_are_seen(stage: Stage) -> None:
    sent = draft(Part("Before", (PICTURE,)))
    published, _ = await publish(CONNECTOR, stage.http, stage.ana, sent)
    after = replace(sent, parts=(replace(sent.parts[0], text="After"),))
    for _ in range(2):
        ref = await edit.edit(stage.http, stage.ana, published.refs[0], after, now=now())
    assert ref == published.refs[0]
    event = stage.village.event(published.remote_id)
    newest = event["unsigned"]["m.relations"]["m.replace"]["content"]["m.new_content"]
    assert newest["body"] == f"After\n\n{ALT_TEXT}"
    assert (newest["msgtype"], newest["url"]) == ("m.image", event["content"]["url"])
    for _ in range(2):
        await publishing.withdraw(stage.http, stage.ana, published.refs)
    assert stage.village.event(published.remote_id)["content"] == {}
    found = await publishing.look_up(stage.http, stage.ana, sent, {}, since=now())
    assert found is None


async def test_what_is_said_towards_us_arrives_once(stage: Stage) -> None:
    village = stage.village
    published, _ = await publish(CONNECTOR, stage.http, stage.ana, draft(Part("Good morning")))
    baseline = await inbox.read(stage.http, stage.ana, None)
    post = published.remote_id
    reply = village.say("bob", "Warm?", reply_to=post)
    threaded = village.say("carol", "And here?", thread=post)
    village.say("dora", "Let me add", reply_to=reply)
    named = village.say("dora", "Hello ana", names=("ana",))
    await village.like(stage.http, "carol", post)
    page = await inbox.read(stage.http, stage.ana, baseline.cursor)
    told = [(item.kind, item.about, item.root) for item in page.items]
    assert told == [
        (InboxKind.REPLY, post, None),
        (InboxKind.REPLY, post, post),
        (InboxKind.MENTION, None, None),
        (InboxKind.LIKE, post, None),
    ]
    assert [item.remote_id for item in page.items[:3]] == [reply, threaded, named]
    assert (await inbox.read(stage.http, stage.ana, page.cursor)).items == ()
    answer = draft(Part("Very!"), reply_to=threaded)
    answered, _ = await publish(CONNECTOR, stage.http, stage.ana, answer)
    content = village.event(answered.remote_id)["content"]
    assert content["m.relates_to"]["event_id"] == post
    assert content["m.mentions"] == {"user_ids": [f"@carol:{NAME}"]}
    samples = await metrics.sample_posts(stage.http, stage.ana, [post, "$no-such-event"])
    totals = {(each.remote_id, each.metric): each.total for each in samples}
    assert totals == {(post, Metric.LIKES): 1, (post, Metric.REPLIES): 2}


async def test_gap_between_two_readings_is_read_back(stage: Stage) -> None:
    baseline = await inbox.read(stage.http, stage.ana, None)
    said = [stage.village.say("bob", f"Ana, {n}", names=("ana",)) for n in range(230)]
    page = await inbox.read(stage.http, stage.ana, baseline.cursor)
    assert [item.remote_id for item in page.items] == said


async def test_message_whose_answer_got_lost_is_found_and_not_doubled(
    stage: Stage, matrix: Matrix
) -> None:
    text = f"Lost and found {uuid4().hex}"
    sent = draft(Part(text))
    with losing(matrix.url) as loser:
        async with outward(loser.origin) as http:
            ana = await enter(
                CONNECTOR, http, {**stage.village.login("ana"), "server": loser.origin}
            )
            loser.lose_once("PUT", "/send/")
            with pytest.raises(OutcomeUnknown):
                await publish(CONNECTOR, http, ana, sent)
            found = await publishing.look_up(http, ana, sent, {"is_trying": True}, since=now())
            again, _ = await publish(CONNECTOR, http, ana, sent, {})
    assert len(loser.lost) == 1
    assert is_found(found, again)
    assert found is not None
    assert found.at is not None
    assert stage.count(text) == 1


async def test_server_that_asks_us_to_slow_down_says_until_when() -> None:
    with rigs.matrix(pace=1) as slow:
        village = MatrixVillage(slow)
        async with outward(slow.url) as http:
            ana = await enter(CONNECTOR, http, village.login("ana"))
            quick = draft(*(Part(f"Number {number}") for number in range(10)))
            with pytest.raises(RateLimited) as caught:
                await publish(CONNECTOR, http, ana, quick)
    assert caught.value.until is not None


def test_whole_of_parvis_publishes_edits_answers_and_withdraws_once(
    matrix: Matrix, tmp_path: Path
) -> None:
    village = MatrixVillage(matrix)
    text = f"La vigne {uuid4().hex}"
    with (
        losing(matrix.url) as loser,
        running_stack(tmp_path, OUTBOUND_ALLOW=loser.origin) as stack,
    ):
        client = stack.client()
        login = {**village.login("ana"), "server": loser.origin}
        _, calendar, account = settle_in(client, "matrix", login, name="vaud")
        loser.lose_once("PUT", "/send/")
        media_ids = [journey.pictured(client, PNG, ALT_TEXT)]
        post = journey.planned(client, calendar, account, text, media_ids=media_ids)
        [ref] = journey.published(client, post["id"])["refs"]
        said = [each["event_id"] for each in village.said("ana") if _says(each, text)]

        journey.edited(client, post["id"], "On a taillé la vigne.")
        event = village.event(ref["remote_id"])
        village.say("bob", "Santé !", reply_to=ref["remote_id"])
        reply = journey.heard(client, "Santé !")
        journey.answered(client, reply, "À la vôtre !")
        answers = [each for each in village.said("ana") if _says(each, "À la vôtre !")]
        village.send("carol", "m.reaction", _liking(ref["remote_id"]))
        likes = journey.counted(client, post["id"], "likes")
        journey.withdrawn(client, post["id"])
        gone = village.event(ref["remote_id"])

    assert len(loser.lost) == 1
    assert said == [ref["remote_id"]]
    newest = event["unsigned"]["m.relations"]["m.replace"]["content"]["m.new_content"]
    assert newest["body"] == f"On a taillé la vigne.\n\n{ALT_TEXT}"
    assert (reply["kind"], reply["post_id"]) == ("reply", post["id"])
    assert [each["content"]["m.mentions"] for each in answers] == [{"user_ids": [f"@bob:{NAME}"]}]
    assert likes == 1
    assert gone["content"] == {}


def _says(event: dict[str, Any], text: str) -> bool:
    return bool(event["content"].get("body", "").startswith(text))


def _liking(event_id: str) -> dict[str, Any]:
    return {"m.relates_to": {"rel_type": "m.annotation", "event_id": event_id, "key": "👍"}}
