"""What the conformance suite does not ask: containers in doubt, several files, room, settings."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import JsonValue

from domain.connector.errors import NetworkError, OutcomeUnknown, RateLimited, Refused, StillWorking
from domain.connector.words import Checkpoint, Draft, Link, Login, Medium, Part, Poll, Ref
from domain.networks.threads import connect, publish
from tests.networks.drafts import FILES, FILM, NOW, PNG, POST, THREAD
from tests.networks.playing import Kept
from tests.networks.scripted import Exchange, ScriptedHttp, recorded
from tests.networks.threads.case import CASE, MADE, PUBLISH, ROOT, TOKEN, USER, refused

ROOM = recorded("threads", "post")[0]
TRIED: Checkpoint = {"begun_at": NOW.isoformat(), "container": "17", "is_trying": True}
LINK = Exchange(method="GET", path=f"{ROOT}/18", json_={"permalink": "https://www.threads.com/18"})
SENT = Exchange(method="POST", path=PUBLISH, json_={"id": "18"})


def made(number: str = "17") -> Exchange:
    return Exchange(method="POST", path=MADE, json_={"id": number})


def status(word: str, number: str = "17", **more: JsonValue) -> Exchange:
    return Exchange(method="GET", path=f"{ROOT}/{number}", json_={"status": word, **more})


def listed(*said: JsonValue, edge: str = "threads") -> Exchange:
    return Exchange(method="GET", path=f"{ROOT}/{USER}/{edge}", json_={"data": [*said]})


def said(id_: str, text: str, **more: JsonValue) -> JsonValue:
    return {"id": id_, "text": text, "timestamp": NOW.isoformat(), **more}


async def send(
    http: ScriptedHttp, draft: Draft, checkpoint: Checkpoint | None = None
) -> tuple[Ref, ...]:
    kept = Kept(http)
    sent = await publish.publish(http, CASE.access, draft, checkpoint or {}, kept, now=NOW)
    http.assert_finished()
    return sent.refs


async def test_container_that_was_not_published_is_published_and_no_other_is_made() -> None:
    http = ScriptedHttp([ROOM, status("FINISHED"), status("FINISHED"), SENT, LINK])
    assert await send(http, POST, TRIED) == (Ref("18", "https://www.threads.com/18"),)
    assert [call.form for call in http.calls if call.method == "POST"] == [(("creation_id", "17"),)]


async def test_container_that_was_published_is_sought_by_its_words_and_never_sent_again() -> None:
    text = POST.parts[0].text
    answer = said("4", text, replied_to={"id": "3"})
    there = said("5", text, permalink="https://www.threads.com/5")
    found = [ROOM, status("PUBLISHED"), listed(said("6", "Other"), answer, there)]
    assert await send(ScriptedHttp(found), POST, TRIED) == (Ref("5", "https://www.threads.com/5"),)
    lost = ScriptedHttp([ROOM, status("PUBLISHED"), listed()])
    with pytest.raises(OutcomeUnknown, match="does not show where"):
        await send(lost, POST, TRIED)
    lost.assert_finished()


@pytest.mark.parametrize("word", ["EXPIRED", "ERROR"])
async def test_container_that_came_to_nothing_is_followed_by_another(word: str) -> None:
    """A retry met the one that had failed for ever, whatever had been mended."""
    for checkpoint in (TRIED, {**TRIED, "is_trying": False}):
        script = [ROOM, status(word), made("19"), status("FINISHED", "19"), SENT, LINK]
        http = ScriptedHttp(script)
        assert (await send(http, POST, checkpoint))[0].remote_id == "18"


async def test_action_that_is_blocked_may_be_live_and_is_looked_up() -> None:
    blocked = refused(403, 4, "Action is blocked", error_subcode=2207051)
    blocked = blocked.model_copy(update={"method": "POST", "path": PUBLISH})
    http = ScriptedHttp([ROOM, made(), status("FINISHED"), blocked])
    kept = Kept(http)
    with pytest.raises(OutcomeUnknown):
        await publish.publish(http, CASE.access, POST, {}, kept, now=NOW)
    there = said("18", POST.parts[0].text)
    again = ScriptedHttp([status("PUBLISHED"), listed(there)])
    found = await publish.look_up(again, CASE.access, POST, kept.last, since=NOW)
    assert found is not None
    assert found.remote_id == "18"


async def test_message_that_threads_does_not_know_yet_comes_back() -> None:
    early = refused(400, 24, "The requested resource does not exist", error_subcode=4279009)
    early = early.model_copy(update={"method": "POST", "path": PUBLISH})
    http = ScriptedHttp([ROOM, made(), status("FINISHED"), early])
    with pytest.raises(StillWorking):
        await send(http, POST)


async def test_several_files_are_made_one_by_one_and_no_one_is_made_twice() -> None:
    picture = Medium(PNG, "image/png", "a.png", "A loaf", address=f"{FILES}/a")
    draft = Draft("k", (Part("Two", (picture, FILM), Link("https://a.ch")),))
    away = made().model_copy(update={"error": "unavailable"})
    http = ScriptedHttp([ROOM, made("11"), away])
    kept = Kept(http)
    with pytest.raises(NetworkError):
        await publish.publish(http, CASE.access, draft, {}, kept, now=NOW)
    ready = [status("FINISHED", number) for number in ("11", "12")]
    again = ScriptedHttp([ROOM, made("12"), *ready, made(), status("FINISHED"), SENT, LINK])
    await send(again, draft, kept.last)
    forms = [call.form for call in (*http.calls, *again.calls) if call.url.endswith("/threads")]
    assert forms[0] == (
        ("media_type", "IMAGE"),
        ("image_url", f"{FILES}/a"),
        ("alt_text", "A loaf"),
        ("is_carousel_item", "true"),
    )
    assert forms[2][:2] == (("media_type", "VIDEO"), ("video_url", f"{FILES}/film"))
    assert forms[3] == (
        ("media_type", "CAROUSEL"),
        ("children", "11,12"),
        ("text", "Two\n\nhttps://a.ch"),
    )


async def test_nothing_is_sent_where_files_cannot_be_fetched_or_links_are_too_many() -> None:
    bare = Draft("k", (Part("One"), Part("Two", (Medium(PNG, "image/png", "a.png"),))))
    with pytest.raises(Refused) as caught:
        await send(ScriptedHttp([]), bare)
    assert caught.value.code == "network.media_not_reachable"
    links = " ".join(f"https://a.ch/{number}" for number in range(5))
    with pytest.raises(Refused, match="this one has 6"):
        await send(ScriptedHttp([]), Draft("k", (Part(links, link=Link("https://b.ch")),)))
    http = ScriptedHttp([ROOM, made(), status("FINISHED"), SENT, LINK])
    await send(http, Draft("k", (Part(links, link=Link("https://a.ch/1")),)))
    assert dict(http.calls[1].form)["text"] == links


async def test_link_is_a_card_and_stands_in_the_text_beside_a_poll() -> None:
    link = Link("https://a.ch")
    forms = []
    poll = Poll(("Yes", "No"), timedelta(days=1))
    for part in (Part("Look", link=link), Part("Look", link=link, poll=poll)):
        http = ScriptedHttp([ROOM, made(), status("FINISHED"), SENT, LINK])
        await send(http, Draft("k", (part,)))
        forms.append(dict(http.calls[1].form))
    assert forms[0] == {"media_type": "TEXT", "text": "Look", "link_attachment": link.url}
    assert forms[1]["text"] == "Look\n\nhttps://a.ch"
    assert json.loads(forms[1]["poll_attachment"]) == {"option_a": "Yes", "option_b": "No"}


async def test_messages_of_a_day_that_are_spent_are_waited_for() -> None:
    full: JsonValue = {
        "quota_usage": 250,
        "config": {"quota_total": 250},
        "reply_quota_usage": 999,
        "reply_config": {"quota_total": 1000},
    }
    spent = ROOM.model_copy(update={"json_": {"data": [full]}})
    with pytest.raises(RateLimited) as caught:
        await send(ScriptedHttp([spent]), POST)
    assert caught.value.until == NOW + timedelta(hours=1)
    http = ScriptedHttp([spent, made(), status("FINISHED"), SENT, LINK])
    await send(http, replace(POST, reply_to="5"))
    assert dict(http.calls[0].query)["fields"] == "reply_quota_usage,reply_config"
    assert ("reply_to_id", "5") in http.calls[1].form


async def test_settings_are_of_the_first_message_and_what_has_no_address_stands_anyhow() -> None:
    settings: dict[str, JsonValue] = {"topic_tag": "Cheese", "reply_control": "mentioned_only"}
    draft = replace(THREAD, parts=THREAD.parts[:2], settings=settings)
    away = LINK.model_copy(update={"error": "unavailable"})
    script = [ROOM, made(), status("FINISHED"), SENT, away, made(), status("FINISHED"), SENT, LINK]
    http = ScriptedHttp(script)
    assert [ref.url for ref in await send(http, draft)] == [None, "https://www.threads.com/18"]
    first, second = (dict(call.form) for call in http.calls if call.url.endswith("/threads"))
    assert (first["topic_tag"], first["reply_control"]) == ("Cheese", "mentioned_only")
    assert (second.get("topic_tag"), second["reply_to_id"]) == (None, "18")


async def test_token_is_extended_after_a_day_and_then_ten_days_before_its_end() -> None:
    http = ScriptedHttp(recorded("threads", "connect"))
    connected = await connect.connect(http, Login({"token": TOKEN}), now=NOW)
    assert connected.grant.expires_at == NOW + timedelta(hours=25)
    http = ScriptedHttp(recorded("threads", "refresh"))
    grant = await connect.refresh(http, CASE.access, now=NOW)
    assert grant.expires_at == NOW + timedelta(seconds=5_183_944) - timedelta(days=10)
    assert http.calls[0].url == "https://graph.threads.net/refresh_access_token"
    assert dict(http.calls[0].query) == {"grant_type": "th_refresh_token", "access_token": TOKEN}


async def test_token_that_is_said_to_last_for_ever_is_extended_after_fifty_days() -> None:
    told = {"access_token": "THAA2", "expires_in": 10**30}
    http = ScriptedHttp([Exchange(method="GET", path="/refresh_access_token", json_=told)])
    grant = await connect.refresh(http, CASE.access, now=NOW)
    assert grant.expires_at == NOW + timedelta(days=50)
