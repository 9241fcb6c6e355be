"""Files on LinkedIn: several pictures, a video in pieces, and whom the token is shown to."""

from dataclasses import replace

import pytest

from domain.connector.errors import Unavailable
from domain.connector.words import Checkpoint, Draft, Medium, Part
from domain.networks.linkedin import publish as linkedin
from tests.networks.drafts import FILM, NOW, PNG, VIDEO
from tests.networks.linkedin.bodies import content_of
from tests.networks.linkedin.case import CASE, TOKEN
from tests.networks.playing import Kept, publish
from tests.networks.scripted import Exchange, ScriptedHttp, recorded

PICTURES = Draft(
    "delivery-9",
    (
        Part(
            "Two views.",
            media=(
                Medium(PNG, "image/png", "a.png", "The square"),
                Medium(PNG, "image/png", "b.png"),
            ),
        ),
    ),
)
[MADE] = recorded("linkedin", "post")


def begun(number: int, host: str = "https://www.linkedin.com") -> Exchange:
    value = {"uploadUrl": f"{host}/up/{number}?ca=x", "image": f"urn:li:image:{number}"}
    return Exchange(method="POST", path="/rest/images", json_={"value": {**value}})


def put(number: int, **headers: str) -> Exchange:
    return Exchange(method="PUT", path=f"/up/{number}", headers=headers, text="")


async def test_several_pictures_stand_in_one_post_each_with_its_description() -> None:
    http = ScriptedHttp([begun(1), put(1), begun(2), put(2), MADE])

    await publish("linkedin", http, PICTURES, {})

    http.assert_finished()
    assert content_of(http.calls[-1]) == {
        "multiImage": {
            "images": [{"id": "urn:li:image:1", "altText": "The square"}, {"id": "urn:li:image:2"}]
        }
    }


async def test_pictures_that_were_sent_up_are_not_sent_up_again() -> None:
    lost = Exchange(method="POST", path="/rest/images", error="unavailable")
    http = ScriptedHttp([begun(1), put(1), lost])
    kept = Kept(http)
    with pytest.raises(Unavailable):
        await linkedin.publish(http, CASE.access, PICTURES, {}, kept, now=NOW)

    again = ScriptedHttp([begun(2), put(2), MADE])
    await publish("linkedin", again, PICTURES, kept.last)

    again.assert_finished()
    assert "urn:li:image:1" in str(again.calls[-1].json)


@pytest.mark.parametrize(
    ("host", "is_shown"),
    [
        ("https://www.linkedin.com", True),
        ("https://media.licdn.com", True),
        ("https://linkedin.com.example", False),
        ("http://www.linkedin.com", False),
    ],
)
async def test_token_is_shown_to_linkedin_alone(host: str, is_shown: bool) -> None:  # noqa: FBT001 - a table's value
    http = ScriptedHttp([begun(1, host), put(1), MADE])
    part = replace(PICTURES.parts[0], media=PICTURES.parts[0].media[:1])

    await publish("linkedin", http, replace(PICTURES, parts=(part,)), {})

    assert (http.calls[1].headers.get("authorization") == f"Bearer {TOKEN}") is is_shown


async def test_video_goes_up_in_the_pieces_that_linkedin_names() -> None:
    first, _, *rest = recorded("linkedin", "video")
    pieces = [
        {"uploadUrl": "https://www.linkedin.com/up/1?sau=x", "firstByte": 0, "lastByte": 9},
        {"uploadUrl": "https://www.linkedin.com/up/2?sau=y", "firstByte": 10, "lastByte": 23},
    ]
    value = {"video": "urn:li:video:C5F10AQGKQg_6y2a4sQ", "uploadToken": "t"}
    told = {"value": {**value, "uploadInstructions": pieces}}
    http = ScriptedHttp(
        [
            first.model_copy(update={"json_": told}),
            put(1, etag='"one"'),
            put(2, etag="/ambry-video/two"),
            *rest,
        ]
    )

    await publish("linkedin", http, VIDEO, {})

    http.assert_finished()
    assert [call.content for call in http.calls[1:3]] == [FILM.content[:10], FILM.content[10:]]
    assert not any("authorization" in call.headers for call in http.calls[1:3])
    assert http.calls[3].json == {
        "finalizeUploadRequest": {
            "video": "urn:li:video:C5F10AQGKQg_6y2a4sQ",
            "uploadToken": "t",
            "uploadedPartIds": ["one", "/ambry-video/two"],
        }
    }


async def test_video_that_linkedin_threw_away_is_sent_up_anew() -> None:
    [waiting, _] = recorded("linkedin", "video_resumed")
    gone = waiting.model_copy(update={"status": 404, "json_": {"code": "NOT_FOUND"}})
    http = ScriptedHttp([gone])
    kept = Kept(http)
    checkpoint: Checkpoint = {"files": ["urn:li:video:C5F10AQGKQg_6y2a4sQ"]}
    with pytest.raises(Unavailable):
        await linkedin.publish(http, CASE.access, VIDEO, checkpoint, kept, now=NOW)

    assert kept.last["files"] == []
