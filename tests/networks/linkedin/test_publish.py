"""Posts and comments on LinkedIn: looked up, refused as duplicates, answered."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import JsonValue

from domain.connector.errors import (
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    StillWorking,
)
from domain.connector.http import Call
from domain.connector.words import Checkpoint, Draft, Link, Part, Ref
from domain.networks.linkedin import publish as linkedin
from domain.networks.linkedin.compose import post_body
from domain.networks.linkedin.urns import encoded
from tests.networks.drafts import ILLUSTRATED, NOW, POST, answering
from tests.networks.linkedin.bodies import content_of
from tests.networks.linkedin.case import CASE, ORGANIZATION, refused
from tests.networks.playing import Kept, publish
from tests.networks.scripted import Exchange, ScriptedHttp, recorded

ACCESS = CASE.access
URN = "urn:li:share:7431229065766260701"
ACTIVITY = "urn:li:activity:7431229065766260735"
BELOW = f"urn:li:comment:({ACTIVITY},7431329065766260902)"
TRIED: Checkpoint = {"begun_at": "2026-11-22T10:00:00Z", "is_trying": True}
DUPLICATE = refused(
    422,
    "",
    f"com.linkedin.content.common.exception.BadRequestResponseException: Content is a duplicate "
    f"of {URN}",
)
[MADE], [LISTED], [NOTHING] = (
    recorded("linkedin", name) for name in ("post", "look_up_found", "look_up_missing")
)
NOT_PERMITTED = refused(
    403, "ACCESS_DENIED", "Not enough permissions to access: partnerApiPosts.FINDER", number=100
)
SHOWN = f"/rest/posts/{encoded(URN)}"


def at(exchange: Exchange, method: str, path: str) -> Exchange:
    return exchange.model_copy(update={"method": method, "path": path})


def post_of(**told: JsonValue) -> Exchange:
    body: dict[str, JsonValue] = {
        "id": URN,
        "author": ORGANIZATION,
        "commentary": "Good morning, village! {hashtag|\\#|cafe} https://village.example/menu",
        "createdAt": 1795341601000,
    }
    return Exchange(method="GET", path=SHOWN, json_={**body, **told})


WRITE = at(MADE, "POST", "/rest/posts")
LOOK = at(NOT_PERMITTED, "GET", "/rest/posts")
REFUSAL = at(DUPLICATE, "POST", "/rest/posts")


async def failing(
    http: ScriptedHttp, draft: Draft, checkpoint: Checkpoint
) -> tuple[NetworkError, Checkpoint]:
    kept = Kept(http)
    with pytest.raises(NetworkError) as caught:
        await linkedin.publish(http, ACCESS, draft, checkpoint, kept, now=NOW)
    http.assert_finished()
    return caught.value, kept.last


async def test_call_names_its_version_and_protocol() -> None:
    http = ScriptedHttp([MADE])
    chosen = replace(ACCESS, versions={"rest": "202603"})

    published = await linkedin.publish(http, chosen, POST, {}, Kept(http), now=NOW)

    assert published.url == f"https://www.linkedin.com/feed/update/{URN}/"
    assert http.calls[0].headers["linkedin-version"] == "202603"
    assert http.calls[0].headers["x-restli-protocol-version"] == "2.0.0"


async def test_post_without_an_id_in_the_answer_is_looked_up() -> None:
    nameless = MADE.model_copy(update={"headers": {}})
    error, kept = await failing(ScriptedHttp([nameless]), POST, {})

    assert isinstance(error, OutcomeUnknown)
    assert kept["is_trying"] is True


async def test_what_was_tried_and_is_there_is_not_sent_again() -> None:
    http = ScriptedHttp([LISTED])
    published, _ = await publish("linkedin", http, POST, TRIED)

    http.assert_finished()
    assert published.remote_id == URN
    assert dict(http.calls[0].query)["author"] == ORGANIZATION


async def test_duplicate_of_what_was_tried_is_taken_for_it_once_it_is_seen() -> None:
    http = ScriptedHttp([NOTHING, REFUSAL, post_of()])
    published, _ = await publish("linkedin", http, POST, TRIED)

    http.assert_finished()
    assert published.remote_id == URN


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(post_of(createdAt=1795241601000), id="older"),
        pytest.param(post_of(author="urn:li:person:x"), id="of somebody else"),
        pytest.param(post_of(commentary="Good morning"), id="of other words"),
        pytest.param(at(refused(404, "NOT_FOUND", "gone"), "GET", SHOWN), id="a ghost"),
    ],
)
async def test_duplicate_of_anything_else_is_a_refusal_that_leaves_no_doubt(
    told: Exchange,
) -> None:
    error, kept = await failing(ScriptedHttp([NOTHING, REFUSAL, told]), POST, TRIED)

    assert (type(error).__mro__[1], error.code) == (Refused, "linkedin.duplicate")
    assert kept["is_trying"] is False


async def test_duplicate_of_another_post_of_ours_is_a_refusal() -> None:
    draft = replace(POST, others=frozenset({URN}))
    error, _ = await failing(ScriptedHttp([NOTHING, REFUSAL]), draft, TRIED)

    assert error.code == "linkedin.duplicate"


async def test_duplicate_at_the_first_attempt_is_never_ours() -> None:
    error, kept = await failing(ScriptedHttp([REFUSAL]), POST, {})

    assert error.code == "linkedin.duplicate"
    assert (kept["is_trying"], kept["sent"]) == (False, [])


async def test_duplicate_that_nobody_may_look_at_is_left_to_a_person() -> None:
    hidden = at(NOT_PERMITTED, "GET", SHOWN)
    error, kept = await failing(ScriptedHttp([LOOK, REFUSAL, hidden]), POST, TRIED)

    assert isinstance(error, OutcomeUnknown)
    assert URN in error.message
    assert kept["is_trying"] is True


async def test_look_up_that_is_not_permitted_leaves_the_outcome_unknown() -> None:
    http = ScriptedHttp([LOOK])
    with pytest.raises(OutcomeUnknown, match="settle"):
        await linkedin.look_up(http, ACCESS, POST, TRIED, since=NOW)
    http.assert_finished()


async def test_post_is_told_from_one_of_the_same_words_with_a_picture() -> None:
    content: JsonValue = {"media": {"id": "urn:li:image:1"}}
    pictured: list[JsonValue] = [post_of(content=content).json_]
    http = ScriptedHttp([LISTED.model_copy(update={"json_": {"elements": pictured}})])

    assert await linkedin.look_up(http, ACCESS, POST, TRIED, since=NOW) is None


async def test_refusal_for_the_rate_leaves_no_doubt_and_the_files_where_they_are() -> None:
    begun, put, _ = recorded("linkedin", "illustrated")
    slowed = at(CASE.failures["rate_limited"], "POST", "/rest/posts")
    error, kept = await failing(ScriptedHttp([begun, put, slowed]), ILLUSTRATED, {})
    assert isinstance(error, RateLimited)

    http = ScriptedHttp([WRITE])
    await publish("linkedin", http, ILLUSTRATED, kept)

    http.assert_finished()
    assert content_of(http.calls[0]) == {
        "media": {
            "id": "urn:li:image:C4E10AQFoyyAjHPMQuQ",
            "altText": "The market square in the sun",
        }
    }


async def test_file_that_is_still_worked_on_is_waited_for() -> None:
    waiting = refused(400, "MEDIA_ASSET_WAITING_UPLOAD", "Media asset is waiting upload")
    error, kept = await failing(ScriptedHttp([at(waiting, "POST", "/rest/posts")]), POST, {})

    assert isinstance(error, StillWorking)
    assert kept["is_trying"] is False


def test_link_is_a_card_with_a_title_and_an_address_beside_files() -> None:
    link = Link("https://village.example/menu", "", "What there is")
    part = Part("Look (here)", link=link)
    card = post_body(Draft("k", (part,)), ORGANIZATION, [])
    beside = post_body(
        Draft("k", (replace(part, media=ILLUSTRATED.parts[0].media),)), ORGANIZATION, ["urn:1"]
    )

    assert card["commentary"] == r"Look \(here\)"
    assert card["content"] == {
        "article": {
            "source": "https://village.example/menu",
            "title": "https://village.example/menu",
            "description": "What there is",
        }
    }
    assert beside["commentary"] == "Look \\(here\\)\n\nhttps://village.example/menu"


def commented(path: str, **told: JsonValue) -> Exchange:
    headers = {"x-restli-id": "7431329065766260903"}
    return Exchange(method="POST", path=path, status=201, headers=headers, json_=told or None)


async def test_comment_on_a_post_is_plain_text_of_ours() -> None:
    path = f"/rest/socialActions/{encoded(URN)}/comments"
    made = commented(path, id="7431329065766260903", object=ACTIVITY)
    http = ScriptedHttp([made])

    published, _ = await publish("linkedin", http, replace(answering(URN), key="k"), {})

    assert published.remote_id == f"urn:li:comment:({URN},7431329065766260903)"
    assert http.calls[0].json == {
        "actor": ORGANIZATION,
        "object": URN,
        "message": {"text": "Thank you!"},
    }


@pytest.mark.parametrize("parent", [None, f"urn:li:comment:({ACTIVITY},7431329065766260901)"])
async def test_answer_to_a_comment_stands_below_its_first_storey(parent: str | None) -> None:
    above = parent or BELOW
    asked = f"/rest/socialActions/{encoded(ACTIVITY)}/comments/7431329065766260902"
    path = f"/rest/socialActions/{encoded(above)}/comments"
    urn = f"urn:li:comment:({ACTIVITY},7431329065766260903)"
    read = Exchange(method="GET", path=asked, json_={"parentComment": parent})
    http = ScriptedHttp([read, commented(path, commentUrn=urn)])

    published, _ = await publish("linkedin", http, answering(BELOW), {})

    http.assert_finished()
    assert published.remote_id == urn
    assert http.calls[1].json == {
        "actor": ORGANIZATION,
        "object": ACTIVITY,
        "message": {"text": "Thank you!"},
        "parentComment": above,
    }


async def test_answer_with_a_picture_is_refused_before_anything_is_sent() -> None:
    draft = replace(ILLUSTRATED, reply_to=URN)
    error, _ = await failing(ScriptedHttp([]), draft, {})

    assert type(error) is Refused


async def test_lost_comment_is_found_by_its_words_and_its_moment() -> None:
    path = f"/rest/socialActions/{encoded(URN)}/comments"

    def comment(number: int, actor: str, minutes: int) -> JsonValue:
        said_at = int((NOW + timedelta(minutes=minutes)).timestamp() * 1000)
        return {
            "commentUrn": f"urn:li:comment:({ACTIVITY},{number})",
            "actor": actor,
            "message": {"text": "Thank you!"},
            "created": {"time": said_at},
        }

    others = [comment(1, ORGANIZATION, -11), comment(3, "urn:li:person:x", 1)]
    elements: list[JsonValue] = [*others, comment(2, ORGANIZATION, 1)]
    http = ScriptedHttp([Exchange(method="GET", path=path, json_={"elements": elements})])

    found = await linkedin.look_up(http, ACCESS, answering(URN), TRIED, since=NOW)

    assert found is not None
    assert found.remote_id == f"urn:li:comment:({ACTIVITY},2)"


async def test_comment_is_taken_back_where_it_stands_by_whoever_said_it() -> None:
    path = f"/rest/socialActions/{encoded(ACTIVITY)}/comments/7431329065766260902"
    http = ScriptedHttp([Exchange(method="DELETE", path=path, status=204, text="")])

    await linkedin.withdraw(http, ACCESS, [Ref(BELOW)])

    http.assert_finished()
    assert _query(http.calls[0]) == {"actor": ORGANIZATION}


def _query(call: Call) -> dict[str, str]:
    return dict(call.query)


async def test_odd_entry_does_not_end_the_search_for_what_may_stand_there() -> None:
    """A page with one that is not understood was taken for the last: the post went out twice."""
    other: JsonValue = {"id": "urn:li:share:1", "author": ORGANIZATION, "createdAt": 1795341602000}
    odd: JsonValue = {"id": "urn:li:share:2", "createdAt": "yesterday"}
    full = LISTED.model_copy(update={"json_": {"elements": [*[other] * 49, odd]}})
    published, _ = await publish("linkedin", ScriptedHttp([full, LISTED]), POST, TRIED)

    assert published.remote_id == URN
