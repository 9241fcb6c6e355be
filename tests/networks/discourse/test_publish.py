"""What the conformance suite does not ask: lost replies, users' own keys, titles, moderators."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import JsonValue

from domain.connector.errors import GrantExpired, Missing, OutcomeUnknown, Refused, Unavailable
from domain.connector.http import Call
from domain.connector.words import (
    Access,
    Checkpoint,
    Draft,
    Grant,
    Link,
    Login,
    Medium,
    Part,
    Poll,
    Ref,
)
from domain.networks.discourse import connect, edit, publish, resume
from tests.networks.cases import case_of
from tests.networks.drafts import ILLUSTRATED, NOW, PNG, POST, THREAD
from tests.networks.playing import Kept
from tests.networks.scripted import Exchange, ScriptedHttp, recorded

CASE = case_of("discourse")
OWN_KEY = replace(CASE.access, grant=Grant(access="key-0"))
TRIED: Checkpoint = {"begun_at": NOW.isoformat(), "is_trying": True}
LOST = Exchange(method="POST", path="/posts.json", error="outcome_unknown")
REPLY = Draft("delivery-8", (Part("Thank you!"),), reply_to="510")


def post(post_id: int, number: int, raw: str = "", **changes: JsonValue) -> dict[str, JsonValue]:
    return {
        "id": post_id,
        "topic_id": 90,
        "topic_slug": "bread",
        "post_number": number,
        "username": "village_news",
        "created_at": NOW.isoformat(),
        "raw": raw,
        **changes,
    }


def shown(post_id: int, number: int, raw: str = "") -> Exchange:
    return Exchange(method="GET", path=f"/posts/{post_id}.json", json_=post(post_id, number, raw))


def posted(post_id: int, number: int) -> Exchange:
    return Exchange(method="POST", path="/posts.json", json_=post(post_id, number))


def deeds(*posts: int, minutes: int = 0) -> Exchange:
    at = (NOW + timedelta(minutes=minutes)).isoformat()
    done: JsonValue = [{"post_id": each, "created_at": at, "action_type": 5} for each in posts]
    return Exchange(method="GET", path="/user_actions.json", json_={"user_actions": done})


def gone(path: str) -> Exchange:
    body: JsonValue = {"errors": ["The requested URL or resource could not be found."]}
    return Exchange(method="GET", path=path, status=404, json_=body)


async def send(
    http: ScriptedHttp,
    draft: Draft,
    checkpoint: Checkpoint | None = None,
    access: Access = CASE.access,
) -> str:
    save = Kept(http)
    sent = await publish.publish(http, access, draft, checkpoint or {}, save, now=NOW)
    http.assert_finished()
    return sent.remote_id


def said(call: Call) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(json.dumps(call.json))
    return body


async def test_topic_carries_the_key_of_its_delivery_and_the_users_name() -> None:
    http = ScriptedHttp([posted(501, 1)])
    await send(http, POST)
    assert said(http.calls[0])["external_id"] == "delivery-1"
    assert http.calls[0].headers["api-key"] == "key-0"
    assert http.calls[0].headers["api-username"] == "village_news"


async def test_users_own_key_names_nobody() -> None:
    http = ScriptedHttp([posted(501, 1)])
    await send(http, POST, access=OWN_KEY)
    assert http.calls[0].headers["user-api-key"] == "key-0"
    assert "api-username" not in http.calls[0].headers


async def test_topic_that_was_tried_is_found_by_its_key_and_not_sent_again() -> None:
    http = ScriptedHttp(recorded("discourse", "look_up_found"))
    assert await send(http, POST, TRIED) == "501"


async def test_topic_by_a_users_own_key_is_sought_by_its_words() -> None:
    http = ScriptedHttp([deeds(7, 501), shown(7, 1, "Other"), shown(501, 1, POST.parts[0].text)])
    assert await send(http, POST, TRIED, OWN_KEY) == "501"
    http = ScriptedHttp([deeds(7), gone("/posts/7.json"), posted(502, 1)])
    assert await send(http, POST, TRIED, OWN_KEY) == "502"


async def test_lost_reply_is_sought_in_its_topic_alone_and_since_the_first_attempt() -> None:
    elsewhere = Exchange(
        method="GET", path="/posts/600.json", json_=post(600, 4, "Thank you!", topic_id=91)
    )
    http = ScriptedHttp([shown(510, 2), deeds(600, 511), elsewhere, shown(511, 3, "Thank  you!")])
    assert await send(http, REPLY, TRIED) == "511"
    http = ScriptedHttp([shown(510, 2), deeds(511, minutes=-11), posted(512, 4)])
    assert await send(http, REPLY, TRIED) == "512"


async def test_lost_reply_is_none_of_those_that_say_the_same_and_are_known() -> None:
    reply = replace(REPLY, others=frozenset({"511"}))
    http = ScriptedHttp([shown(510, 2), deeds(511), posted(512, 4)])
    assert await send(http, reply, TRIED) == "512"


async def test_lost_reply_is_sought_page_by_page_and_never_sent_where_too_much_was_done() -> None:
    others = range(600, 630)
    read = [gone(f"/posts/{each}.json") for each in others]
    found = [deeds(511), shown(511, 3, "Thank you!")]
    http = ScriptedHttp([shown(510, 2), deeds(*others), *read, *found])
    assert await send(http, REPLY, TRIED) == "511"
    assert dict(http.calls[-2].query)["offset"] == "30"

    http = ScriptedHttp([shown(510, 2), *[deeds(*others), *read] * 5])
    with pytest.raises(OutcomeUnknown, match="look into the forum"):
        await send(http, REPLY, TRIED)
    http.assert_finished()


async def test_reply_names_topic_and_number_and_has_no_title() -> None:
    http = ScriptedHttp([shown(510, 2), posted(511, 3)])
    await send(http, REPLY)
    assert said(http.calls[1]) == {
        "raw": "Thank you!",
        "topic_id": 90,
        "reply_to_post_number": 2,
    }


async def test_thread_goes_on_from_its_checkpoint() -> None:
    draft, http = (
        Draft("delivery-9", (Part("One"), Part("Two"))),
        ScriptedHttp([posted(1, 1), LOST]),
    )
    kept = Kept(http)
    with pytest.raises(OutcomeUnknown):
        await publish.publish(http, CASE.access, draft, {}, kept, now=NOW)
    again = ScriptedHttp([deeds(2), shown(2, 2, "Two")])
    published = await publish.publish(again, CASE.access, draft, kept.last, Kept(again), now=NOW)
    again.assert_finished()
    assert [ref.url for ref in published.refs] == [
        f"{CASE.access.server}/t/bread/90/1",
        f"{CASE.access.server}/t/bread/90/2",
    ]


async def test_post_that_waits_for_moderators_is_refused() -> None:
    queued = Exchange(
        method="POST",
        path="/posts.json",
        json_={"success": True, "action": "enqueued", "pending_post": {"id": 3}},
    )
    with pytest.raises(Refused) as caught:
        await send(ScriptedHttp([queued]), POST)
    assert (type(caught.value), caught.value.said) == (Refused, "enqueued")


async def test_answer_that_names_no_post_is_an_unknown_outcome() -> None:
    odd = Exchange(method="POST", path="/posts.json", json_={"id": 5})
    with pytest.raises(OutcomeUnknown):
        await send(ScriptedHttp([odd]), POST)


async def test_title_is_the_one_given_else_the_first_line_else_what_is_shown() -> None:
    picture = Medium(PNG, "image/png", "a.png", "The square")
    for draft, title in (
        (Draft("k", (Part("One\nTwo"),), settings={"title": "Market day"}), "Market day"),
        (Draft("k", (Part("\n One \nTwo"),)), "One"),
        (Draft("k", (Part("a" * 300),)), "a" * 255),
        (Draft("k", (Part("", link=Link("https://a.ch", "The menu")),)), "The menu"),
    ):
        http = ScriptedHttp([posted(1, 1)])
        await send(http, draft)
        assert said(http.calls[0])["title"] == title
    http = ScriptedHttp([recorded("discourse", "illustrated")[0], posted(1, 1)])
    await send(http, Draft("k", (Part("", media=(picture,)),)))
    assert said(http.calls[1])["title"] == "The square"


async def test_category_and_link_go_out() -> None:
    http = ScriptedHttp([posted(1, 1)])
    await send(
        http, Draft("k", (Part("Menu", link=Link("https://a.ch")),), settings={"category": 5})
    )
    assert (said(http.calls[0])["category"], said(http.calls[0])["raw"]) == (
        5,
        "Menu\n\nhttps://a.ch",
    )


async def test_poll_of_one_choice_can_hide_its_votes_and_ends_when_the_first_attempt_said() -> None:
    poll = Poll(("Bread", "Two\nlines"), timedelta(hours=2), hides_totals=True)
    begun_at = (NOW - timedelta(hours=1)).isoformat()
    http = ScriptedHttp([posted(1, 1)])
    await send(http, Draft("k", (Part("Which?", poll=poll),)), {"begun_at": begun_at})
    assert said(http.calls[0])["raw"] == (
        "Which?\n\n[poll type=regular results=on_close close=2026-11-22T11:00:00+00:00]\n"
        "* Bread\n* Two lines\n[/poll]"
    )


async def test_picture_that_was_sent_up_is_not_sent_up_again() -> None:
    shows = "![The market square in the sun|2x2](upload://a.png)"
    http = ScriptedHttp([posted(1, 1)])
    await send(http, ILLUSTRATED, {"begun_at": NOW.isoformat(), "pictures": [shows]})
    assert said(http.calls[0])["raw"] == f"The square at noon.\n\n{shows}"


async def test_edit_changes_the_title_only_when_it_is_given() -> None:
    for settings, title in (({}, None), ({"title": "Evening"}, "Evening")):
        http = ScriptedHttp(recorded("discourse", "edit"))
        draft = replace(POST, settings=dict[str, JsonValue](settings))
        sent = await send(ScriptedHttp([posted(501, 1)]), POST)
        ref = await edit.edit(http, CASE.access, Ref(sent), draft, now=NOW)
        assert said(http.calls[0]).get("title") == title
        assert ref.url == f"{CASE.access.server}/t/good-morning-village/90/1"


async def test_what_is_told_by_topic_and_number_is_edited_by_its_id() -> None:
    """Nothing is changed under such a name: the edit failed as if the post were gone."""
    there = Exchange(method="GET", path="/posts/by_number/90/3.json", json_=post(501, 3))
    http = ScriptedHttp([there, *recorded("discourse", "edit")])

    ref = await edit.edit(http, CASE.access, Ref("by_number/90/3"), POST, now=NOW)

    http.assert_finished()
    assert ref.remote_id == "501"


@pytest.mark.parametrize(
    ("standing", "closes"),
    [
        ("close=2026-11-22T18:30:00+00:00", "2026-11-22T18:30:00+00:00"),
        ("close=soon", "2026-11-22T12:00:00+00:00"),
        ("results=always", "2026-11-22T12:00:00+00:00"),
        ("close=0001-01-01T00:00:00+00:00", "2026-11-22T12:00:00+00:00"),
        ("[poll " * 100_000, "2026-11-22T12:00:00+00:00"),
    ],
    ids=["kept", "odd", "none", "impossible", "without an end"],
)
async def test_edited_poll_keeps_its_end(standing: str, closes: str) -> None:
    raw = f"Which?\n\n[poll type=regular {standing}]\n* Bread\n[/poll]"
    http = ScriptedHttp([shown(501, 1, raw), *recorded("discourse", "edit")])
    draft = Draft("k", (Part("Which one?", poll=Poll(("Bread", "Pie"), timedelta(hours=2))),))
    await edit.edit(http, CASE.access, Ref("501"), draft, now=NOW)
    http.assert_finished()
    assert f"close={closes}]" in said(http.calls[1])["post"]["raw"]


async def test_key_that_is_nobody_is_refused_and_settings_may_be_hidden() -> None:
    with pytest.raises(GrantExpired):
        await connect.connect(ScriptedHttp([gone("/session/current.json")]), CASE.login, now=NOW)
    me = recorded("discourse", "check")[0]
    http = ScriptedHttp([me, gone("/site/settings.json")])
    assert (await connect.connect(http, CASE.login, now=NOW)).measures.text_max is None
    http = ScriptedHttp(recorded("discourse", "connect"))
    measures = (await connect.connect(http, CASE.login, now=NOW)).measures
    assert (measures.text_max, measures.image_max_bytes) == (32_000, 4_194_304)


NOBODY: JsonValue = {"errors": ["Vous n’êtes pas autorisé."], "error_type": "invalid_access"}


def refused(method: str, path: str) -> Exchange:
    return Exchange(method=method, path=path, status=403, json_=NOBODY)


async def test_dead_key_is_recognised_in_any_language() -> None:
    """A user's own key, and one of a forum in French, was taken for a post that is refused."""
    who = "/session/current.json"
    me = recorded("discourse", "check")[0]
    answers: list[tuple[Exchange, type[Exception]]] = [
        (refused("GET", who), GrantExpired),
        (gone(who), GrantExpired),
        (me, Refused),
        (Exchange(method="GET", path=who, status=502, text=""), Refused),
    ]
    for answer, error in answers:
        http = ScriptedHttp([refused("POST", "/posts.json"), answer])
        with pytest.raises(error):
            await send(http, Draft("k", (Part("Is there bread tomorrow, too?"),)), {})
        http.assert_finished()
    http = ScriptedHttp([refused("GET", who)])
    with pytest.raises(GrantExpired):
        await connect.check(http, CASE.access)
    http.assert_finished()


async def test_withdrawing_that_breaks_is_tried_again_and_what_was_refused_is_told() -> None:
    path = "/posts/511.json"
    for status, error in ((502, Unavailable), (403, Refused)):
        broken = Exchange(method="DELETE", path=path, status=status, text="")
        http = ScriptedHttp([shown(511, 3), broken])
        with pytest.raises(error) as caught:
            await publish.withdraw(http, CASE.access, [Ref("511")])
        assert not isinstance(caught.value, Missing)


async def test_secret_of_a_webhook_is_kept_with_the_grant() -> None:
    http = ScriptedHttp(recorded("discourse", "connect"))
    fields = {**CASE.login.fields, "hook_secret": " of the forum "}
    connected = await connect.connect(http, Login(fields), now=NOW)
    assert connected.grant.extra == {"api_username": "village_news", "hook_secret": "of the forum"}
    told = [str(value) for call in http.calls for value in (call.url, *call.headers.values())]
    assert [value for value in told if "of the forum" in value] == []


@pytest.mark.parametrize("named", ["502", "https://forum.village.example/t/bread/90/2"])
async def test_where_a_post_stands_that_a_person_told_of_is_asked_for_once(named: str) -> None:
    first: JsonValue = {"topic": 90, "number": 1, "id": "501", "url": None}
    told = resume.told({"begun_at": NOW.isoformat(), "sent": [first]}, Ref(named))
    path = "/posts/502.json" if named == "502" else "/posts/by_number/90/2.json"
    asked = shown(502, 2).model_copy(update={"path": path})
    http = ScriptedHttp([asked, posted(503, 3)])

    published = await publish.publish(http, CASE.access, THREAD, told, kept := Kept(http), now=NOW)

    http.assert_finished()
    assert [ref.remote_id for ref in published.refs] == ["501", "502", "503"]
    assert isinstance(http.calls[1].json, dict)
    place = http.calls[1].json["topic_id"], http.calls[1].json["reply_to_post_number"]
    assert (place, [ref.remote_id for ref in resume.known(kept.checkpoints[0])]) == (
        (90, 2),
        ["501", "502"],
    )
