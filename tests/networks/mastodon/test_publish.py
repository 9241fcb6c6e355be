"""What the conformance suite does not ask: files that take time, lost messages, answers, links."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import JsonValue

from domain.connector.dialects.answering import ByGateway
from domain.connector.errors import GrantExpired, OutcomeUnknown, Refused, StillWorking, Unavailable
from domain.connector.http import Call
from domain.connector.words import Checkpoint, Draft, Link, Medium, Part, Ref, Visibility
from domain.networks.mastodon import edit
from domain.networks.mastodon.media import sent_up, wait_until_ready
from domain.networks.mastodon.progress import Progress
from domain.networks.mastodon.wire import server_of
from tests.networks.cases import case_of
from tests.networks.drafts import ILLUSTRATED, NOW, POLL, POST
from tests.networks.playing import Kept, publish
from tests.networks.scripted import Exchange, ScriptedHttp

CASE = case_of("mastodon")
ACCOUNT = {"id": CASE.access.remote_id, "acct": "ana"}
OWN = f"/api/v1/accounts/{CASE.access.remote_id}/statuses"


def status(status_id: str, content: str | None = "", **changes: JsonValue) -> dict[str, JsonValue]:
    return {
        "id": status_id,
        "url": f"https://village.example/@ana/{status_id}",
        "created_at": NOW.isoformat(),
        "account": {**ACCOUNT},
        "content": content,
        **changes,
    }


def posted(status_id: str) -> Exchange:
    return Exchange(method="POST", path="/api/v1/statuses", json_=status(status_id))


def uploaded(file_id: str, *, http_status: int = 200) -> Exchange:
    url = None if http_status == 202 else "https://village.example/f.png"
    return Exchange(
        method="POST", path="/api/v2/media", status=http_status, json_={"id": file_id, "url": url}
    )


def looked_at(file_id: str, *, http_status: int = 200) -> Exchange:
    return uploaded(file_id, http_status=202 if http_status == 206 else 200).model_copy(
        update={"method": "GET", "path": f"/api/v1/media/{file_id}", "status": http_status}
    )


def listed(*statuses: dict[str, JsonValue]) -> Exchange:
    return Exchange(method="GET", path=OWN, json_=[{**each} for each in statuses])


def said(call: Call) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(json.dumps(call.json))
    return body


def sent(http: ScriptedHttp) -> list[dict[str, Any]]:
    """The bodies of the statuses that were sent."""
    return [
        said(call)
        for call in http.calls
        if (call.method, call.url.endswith("/api/v1/statuses")) == ("POST", True)
    ]


FILM = Part("The square.", media=(Medium(b"film", "video/mp4", "square.mp4", "A film"),))
LOST = Exchange(method="POST", path="/api/v1/statuses", error="outcome_unknown")


async def test_file_that_is_worked_on_is_waited_for() -> None:
    http = ScriptedHttp(
        [looked_at("5", http_status=206), looked_at("5", http_status=206), looked_at("5")]
    )
    await wait_until_ready(server_of(http, CASE.access), "5")
    http.assert_finished()
    assert http.waits_s() == [0, 0.5, 1]


async def test_file_that_is_never_ready_makes_the_delivery_wait() -> None:
    http = ScriptedHttp([looked_at("5", http_status=206) for _ in range(4)])
    with pytest.raises(StillWorking) as caught:
        await wait_until_ready(server_of(http, CASE.access), "5")
    assert caught.value.code == "network.media_processing"
    assert http.waits_s() == [0, 0.5, 1, 2]


async def test_file_is_not_sent_up_again_when_the_delivery_comes_back() -> None:
    broken = looked_at("5").model_copy(update={"status": 503})
    http = ScriptedHttp([uploaded("5", http_status=202), broken])
    with pytest.raises(Unavailable) as caught:
        await publish("mastodon", http, ILLUSTRATED, {})
    assert type(caught.value) is Unavailable
    again = ScriptedHttp([looked_at("5"), posted("1")])
    await publish("mastodon", again, ILLUSTRATED, {"files": ["5"], "begun_at": NOW.isoformat()})
    again.assert_finished()
    assert sent(again)[0]["media_ids"] == ["5"]


async def test_server_that_says_the_file_is_not_ready_makes_the_delivery_wait() -> None:
    words = "Cannot attach files that have not finished processing. Try again in a moment!"
    refusal = Exchange(method="POST", path="/api/v1/statuses", status=422, json_={"error": words})
    with pytest.raises(Unavailable):
        await publish("mastodon", ScriptedHttp([refusal]), POST, {})


async def test_message_that_was_tried_is_sought_before_it_is_sent_again() -> None:
    checkpoint: Checkpoint = {"begun_at": NOW.isoformat(), "is_trying": True}
    there = status("8", f"<p>{POST.parts[0].text}</p>")
    http = ScriptedHttp([listed(status("9", "<p>Other</p>"), there)])
    published, _ = await publish("mastodon", http, POST, checkpoint)
    http.assert_finished()
    assert published.remote_id == "8"
    http = ScriptedHttp([listed(status("9", "<p>Other</p>")), posted("10")])
    published, _ = await publish("mastodon", http, POST, checkpoint)
    http.assert_finished()
    assert published.remote_id == "10"
    assert http.calls[-1].headers["idempotency-key"] == "delivery-1-0"


async def test_status_older_than_the_attempt_is_not_ours() -> None:
    checkpoint: Checkpoint = {"begun_at": NOW.isoformat(), "is_trying": True}
    old = status("8", f"<p>{POST.parts[0].text}</p>", created_at="2026-11-22T09:49:00Z")
    http = ScriptedHttp([listed(old), posted("10")])
    published, _ = await publish("mastodon", http, POST, checkpoint)
    http.assert_finished()
    assert published.remote_id == "10"


async def test_each_message_has_a_key_of_its_own_and_answers_the_last() -> None:
    draft = Draft("delivery-9", (Part("One"), Part("Two")))
    http = ScriptedHttp([posted("1"), posted("2")])
    _, kept = await publish("mastodon", http, draft, {})
    keys = [call.headers["idempotency-key"] for call in http.calls]
    assert keys == ["delivery-9-0", "delivery-9-1"]
    assert [body.get("in_reply_to_id") for body in sent(http)] == [None, "1"]
    with pytest.raises(OutcomeUnknown):
        await publish("mastodon", ScriptedHttp([LOST]), draft, kept.checkpoints[1])


@pytest.mark.parametrize(
    ("visibility", "word"),
    [
        (Visibility.PUBLIC, "public"),
        (Visibility.UNLISTED, "unlisted"),
        (Visibility.FOLLOWERS, "private"),
        (Visibility.DIRECT, "direct"),
    ],
)
async def test_visibility_language_and_warning_go_out(visibility: Visibility, word: str) -> None:
    draft = Draft("k", (Part("One"),), "fr", visibility, content_warning="Politics")
    http = ScriptedHttp([posted("1")])
    await publish("mastodon", http, draft, {})
    assert sent(http) == [
        {"status": "One", "visibility": word, "language": "fr", "spoiler_text": "Politics"}
    ]


@pytest.mark.parametrize(
    ("text", "acct", "visibility", "expected"),
    [
        ("Thanks", "bob@far.example", "public", ("@bob@far.example Thanks", "public")),
        ("Thanks @Bob@far.example", "bob@far.example", "public", (None, "public")),
        ("Thanks", "bob", "direct", ("@bob Thanks", "direct")),
        ("Thanks", "bob", "private", ("@bob Thanks", "private")),
        ("Thanks", "bob", "mutuals_only", ("@bob Thanks", "private")),
    ],
)
async def test_answer_names_its_addressee_and_is_no_more_public(
    text: str, acct: str, visibility: str, expected: tuple[str | None, str]
) -> None:
    other: JsonValue = {"id": "77", "acct": acct}
    asked = status("5", visibility=visibility, account=other)
    question = Exchange(method="GET", path="/api/v1/statuses/5", json_=asked)
    http = ScriptedHttp([question, posted("6")])
    await publish("mastodon", http, Draft("k", (Part(text),), reply_to="5"), {})
    (body,) = sent(http)
    assert body["status"] == (expected[0] or text)
    assert body["visibility"] == expected[1]
    assert body["in_reply_to_id"] == "5"


async def test_link_card_is_written_out() -> None:
    http = ScriptedHttp([posted("1")])
    await publish("mastodon", http, Draft("k", (Part("Menu", link=Link("https://a.ch")),)), {})
    assert sent(http)[0]["status"] == "Menu\n\nhttps://a.ch"


def edited(*files: str) -> Sequence[Exchange]:
    attached: JsonValue = [{"id": each, "url": "https://village.example/f"} for each in files]
    before = status("1", media_attachments=attached)
    return (
        Exchange(method="GET", path="/api/v1/statuses/1", json_=before),
        Exchange(method="PUT", path="/api/v1/statuses/1", json_=before),
    )


async def test_edit_keeps_the_files_and_changes_their_descriptions() -> None:
    http = ScriptedHttp(edited("5"))
    published, _ = await publish("mastodon", ScriptedHttp([posted("1")]), POST, {})
    await edit.edit(http, CASE.access, published.refs[0], ILLUSTRATED, now=NOW)
    http.assert_finished()
    body = said(http.calls[-1])
    assert body["media_ids"] == ["5"]
    assert body["media_attributes"] == [{"id": "5", "description": "The market square in the sun"}]


async def test_edit_with_other_files_sends_them_up() -> None:
    read, put = edited("5", "6")
    http = ScriptedHttp([read, uploaded("7"), looked_at("7"), put])
    published, _ = await publish("mastodon", ScriptedHttp([posted("1")]), POST, {})
    await edit.edit(http, CASE.access, published.refs[0], ILLUSTRATED, now=NOW)
    http.assert_finished()
    assert said(http.calls[-1])["media_ids"] == ["7"]


@pytest.mark.parametrize(
    ("ends_in", "expires_in"),
    [(timedelta(hours=2), 7200), (timedelta(seconds=-5), 300)],
)
async def test_edit_keeps_the_poll_and_its_end(ends_in: timedelta, expires_in: int) -> None:
    ends_at = (NOW + ends_in).isoformat()
    asked = status("1", poll={"expires_at": ends_at, "options": [{"title": "Bread"}]})
    read = Exchange(method="GET", path="/api/v1/statuses/1", json_=asked)
    http = ScriptedHttp([read, read.model_copy(update={"method": "PUT"})])
    await edit.edit(http, CASE.access, Ref("1"), POLL, now=NOW)
    http.assert_finished()
    assert said(http.calls[-1])["poll"] == {
        "options": ["Bread", "Cake & pie"],
        "expires_in": expires_in,
        "multiple": True,
        "hide_totals": False,
    }


async def test_lost_poll_is_told_from_one_with_other_options() -> None:
    options: JsonValue = [{"title": "bread"}, {"title": "cake & PIE"}]
    other = status("8", "<p>What shall we bake?</p>", poll={"options": [{"title": "Nothing"}]})
    same = status("7", "<p>What shall we bake?</p>", poll={"options": options})
    http = ScriptedHttp([listed(other, same)])
    checkpoint: Checkpoint = {"begun_at": NOW.isoformat(), "is_trying": True}
    published, _ = await publish("mastodon", http, POLL, checkpoint)
    assert published.remote_id == "7"
    http.assert_finished()


async def test_settings_are_told_in_the_words_of_mastodon_and_else_left_out() -> None:
    told = Draft("k", (Part("a"),), settings={"quotes_from": "everybody", "is_sensitive": True})
    for draft, expected in ((told, ("public", True)), (replace(told, settings={}), (None, None))):
        http = ScriptedHttp([posted("1")])
        await publish("mastodon", http, draft, {})
        (body,) = sent(http)
        assert (body.get("quote_approval_policy"), body.get("sensitive")) == expected


@pytest.mark.parametrize(
    ("http_status", "words", "error"),
    [
        (400, "The access token was revoked", GrantExpired),
        (401, "", GrantExpired),
        (403, "Your login is currently disabled", GrantExpired),
        (403, "This action is not allowed", Refused),
        (422, "This method requires an authenticated user", GrantExpired),
        (302, "", ByGateway),
    ],
)
async def test_servers_say_in_many_ways_that_the_token_is_bad(
    http_status: int, words: str, error: type[Exception]
) -> None:
    refusal = Exchange(
        method="POST", path="/api/v1/statuses", status=http_status, json_={"error": words}
    )
    with pytest.raises(error) as caught:
        await publish("mastodon", ScriptedHttp([refusal]), POST, {})
    assert type(caught.value) is error


async def test_picture_without_words_is_out_where_the_server_says_null_of_them() -> None:
    """Pixelfed's answer made no sense, so that a person had to look for each such post."""
    draft = Draft("k", (Part("", media=FILM.media),))
    wordless = status("1", content=None, spoiler_text=None)
    out = Exchange(method="POST", path="/api/v1/statuses", json_=wordless)
    http = ScriptedHttp([uploaded("5"), looked_at("5"), out])

    published, _ = await publish("mastodon", http, draft, {})

    assert published.remote_id == "1"
    assert {call.headers["accept"] for call in http.calls} == {"application/json"}


async def test_killed_worker_goes_on_with_the_file_that_was_sent_up() -> None:
    waiting = [looked_at("5", http_status=206) for _ in range(4)]
    http = ScriptedHttp([uploaded("5", http_status=202), *waiting])
    with pytest.raises(StillWorking):
        await sent_up(server_of(http, CASE.access), FILM, Progress(), kept := Kept(http))
    assert kept.last["files"] == ["5"]

    again = ScriptedHttp([looked_at("5"), posted("1")])
    draft = Draft("delivery-7", (FILM,))
    published, _ = await publish("mastodon", again, draft, kept.last)

    again.assert_finished()
    assert published.remote_id == "1"
    assert [body["media_ids"] for body in sent(again)] == [["5"]]


async def test_file_that_the_server_cannot_work_on_is_refused_in_its_words() -> None:
    failed = looked_at("5").model_copy(
        update={"status": 422, "json_": {"error": "Error processing thumbnail"}}
    )
    http = ScriptedHttp([uploaded("5", http_status=202), failed])
    with pytest.raises(Refused) as caught:
        await publish("mastodon", http, Draft("delivery-7", (FILM,)), {})
    assert caught.value.code == "network.media_refused"
    assert caught.value.said == "422 Error processing thumbnail"
    assert sent(http) == []


async def test_file_that_was_thrown_away_meanwhile_is_sent_up_anew() -> None:
    gone = looked_at("5").model_copy(update={"status": 404, "json_": {"error": "Not found"}})
    http, progress = ScriptedHttp([gone]), Progress(begun_at=NOW, files=("5",))
    with pytest.raises(Unavailable):
        await sent_up(server_of(http, CASE.access), FILM, progress, kept := Kept(http))
    assert kept.last["files"] == []


QUOTED = "https://other.example/@bea/7"
SEARCH = "/api/v2/search"


def quoting(*, visibility: Visibility = Visibility.PUBLIC, **part: Any) -> Draft:
    return Draft(
        "delivery-8", (Part("Read this.", quote_of=QUOTED, **part),), visibility=visibility
    )


def searched(may: str | None, url: str = QUOTED) -> Exchange:
    policy: dict[str, JsonValue] = {} if may is None else {"quote_approval": {"current_user": may}}
    found: JsonValue = {"statuses": [{**status("7", url=url), **policy}]}
    return Exchange(method="GET", path=SEARCH, json_=found)


@pytest.mark.parametrize("may", ["automatic", "manual"])
async def test_quoted_post_is_found_by_its_address_and_named(may: str) -> None:
    http = ScriptedHttp([searched(may), posted("1")])
    await publish("mastodon", http, quoting(), {})
    http.assert_finished()
    (body,) = sent(http)
    assert (body["status"], body["quoted_status_id"]) == ("Read this.", "7")
    assert dict(http.calls[0].query)["q"] == QUOTED


@pytest.mark.parametrize(
    "answer",
    [
        searched("denied"),
        searched("unknown"),
        searched(None),
        searched("automatic", "https://other.example/@bea/8"),
        Exchange(method="GET", path=SEARCH, json_={"statuses": []}),
        Exchange(method="GET", path=SEARCH, status=403, json_={"error": "outside the scopes"}),
        Exchange(method="GET", path=SEARCH, status=404, json_={"error": "Not found"}),
    ],
)
async def test_address_is_written_out_where_it_may_not_be_quoted(answer: Exchange) -> None:
    http = ScriptedHttp([answer, posted("1")])
    _, kept = await publish("mastodon", http, quoting(), {})
    http.assert_finished()
    (body,) = sent(http)
    assert body["status"] == f"Read this.\n\n{QUOTED}"
    assert "quoted_status_id" not in body
    assert kept.checkpoints[0]["quoted"] == ""


@pytest.mark.parametrize(
    "draft", [quoting(poll=POLL.parts[0].poll), quoting(visibility=Visibility.DIRECT)]
)
async def test_nothing_is_quoted_beside_a_poll_or_in_a_message_to_a_few(draft: Draft) -> None:
    http = ScriptedHttp([posted("1")])
    await publish("mastodon", http, draft, {})
    http.assert_finished()
    assert sent(http)[0]["status"] == f"Read this.\n\n{QUOTED}"


async def test_lost_quote_is_found_though_the_server_wrote_its_address_before_it() -> None:
    http = ScriptedHttp([searched("automatic"), LOST])
    with pytest.raises(OutcomeUnknown):
        await publish("mastodon", http, quoting(), {})
    checkpoint: Checkpoint = {"is_trying": True, "quoted": "7", "begun_at": NOW.isoformat()}
    stands = status("1", f'<p class="quote-inline">RE: <a>{QUOTED}</a></p><p>Read this.</p>')
    looked = ScriptedHttp([listed(stands)])

    found, _ = await publish("mastodon", looked, quoting(), checkpoint)

    looked.assert_finished()
    assert found.remote_id == "1"


async def test_edited_quote_stays_one() -> None:
    quote: JsonValue = {"state": "accepted", "quoted_status": None}
    path = "/api/v1/statuses/1"
    http = ScriptedHttp(
        [
            Exchange(method="GET", path=path, json_=status("1", quote=quote)),
            Exchange(method="PUT", path=path, json_=status("1")),
        ]
    )
    await edit.edit(http, CASE.access, Ref("1"), quoting(), now=NOW)
    http.assert_finished()
    assert said(http.calls[1])["status"] == "Read this."
