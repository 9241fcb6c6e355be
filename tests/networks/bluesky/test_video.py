"""Videos: the service works on them first, and is asked again under the same id."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import JsonValue

from domain.connector.errors import RateLimited, Refused, StillWorking, Unavailable
from domain.connector.words import Access, Checkpoint, Draft, Medium, Part, Published
from domain.networks.bluesky import publish as publishing
from tests.networks.bluesky.case import CASE
from tests.networks.drafts import NOW
from tests.networks.playing import Kept
from tests.networks.scripted import Exchange, ScriptedHttp

HOME = replace(CASE.access, server="https://morel.example.host")
VIDEO = Medium(b"film", "video/mp4", "square.mp4", "The square in the sun", 1920, 1080)
DRAFT = Draft("delivery-7", (Part("The square.", media=(VIDEO,)),), language="en")
BLOB: JsonValue = {"$type": "blob", "ref": {"$link": "bafy"}, "mimeType": "video/mp4", "size": 4}
AUTH = "/xrpc/com.atproto.server.getServiceAuth"
LIMITS = "/xrpc/app.bsky.video.getUploadLimits"
UPLOAD = "/xrpc/app.bsky.video.uploadVideo"
STATUS = "/xrpc/app.bsky.video.getJobStatus"
CREATE = "/xrpc/com.atproto.repo.createRecord"
TOKEN = Exchange(method="GET", path=AUTH, json_={"token": "for-the-service"})
ALLOWED = Exchange(
    method="GET",
    path=LIMITS,
    json_={"canUpload": True, "remainingDailyVideos": 25, "remainingDailyBytes": 10_000_000_000},
)
TAKEN = Exchange(
    method="POST",
    path=UPLOAD,
    json_={"jobId": "job-1", "did": CASE.access.remote_id, "state": "JOB_STATE_CREATED"},
)
BEGIN = [TOKEN, ALLOWED, TOKEN]
ABSENT = Exchange(
    method="GET",
    path="/xrpc/com.atproto.repo.getRecord",
    status=400,
    json_={"error": "RecordNotFound", "message": ""},
)
POSTED = Exchange(
    method="POST", path=CREATE, json_={"uri": "at://d/app.bsky.feed.post/1", "cid": "c"}
)


def job(state: str, **told: JsonValue) -> Exchange:
    status = {"jobId": "job-1", "did": CASE.access.remote_id, "state": state, **told}
    return Exchange(method="GET", path=STATUS, json_={"jobStatus": status})


DONE = job("JOB_STATE_COMPLETED", blob=BLOB)


async def publish(
    http: ScriptedHttp, checkpoint: Checkpoint, access: Access = HOME
) -> tuple[Published, Kept]:
    kept = Kept(http)
    return await publishing.publish(http, access, DRAFT, checkpoint, kept, now=NOW), kept


async def test_video_is_worked_on_before_its_post_goes_out() -> None:
    http = ScriptedHttp([*BEGIN, TAKEN, job("JOB_STATE_COMPLETED", blob=BLOB), POSTED])

    published, kept = await publish(http, {})

    http.assert_finished()
    assert published.remote_id == "at://d/app.bsky.feed.post/1"
    about_limits, _, for_upload, upload, *_ = http.calls
    assert dict(about_limits.query)["aud"] == "did:web:video.bsky.app"
    until = int((NOW + timedelta(minutes=30)).timestamp())
    assert dict(for_upload.query) == {
        "aud": "did:web:morel.example.host",
        "lxm": "com.atproto.repo.uploadBlob",
        "exp": str(until),
    }
    assert (urlsplit(upload.url).netloc, upload.content) == ("video.bsky.app", b"film")
    assert upload.headers["authorization"] == "Bearer for-the-service"
    body: Any = http.calls[-1].json
    assert body["record"]["embed"] == {
        "$type": "app.bsky.embed.video",
        "video": BLOB,
        "alt": "The square in the sun",
        "aspectRatio": {"width": 1920, "height": 1080},
    }
    assert [each.get("video_job") for each in kept.checkpoints] == [None, "job-1", "job-1", None]


async def test_work_that_lasts_is_asked_for_later_under_the_same_id() -> None:
    lasting = [job("JOB_STATE_ENCODING", progress=40) for _ in range(3)]
    http = ScriptedHttp([*BEGIN, TAKEN, *lasting])
    kept = Kept(http)
    with pytest.raises(StillWorking) as caught:
        await publishing.publish(http, HOME, DRAFT, {}, kept, now=NOW)
    http.assert_finished()
    assert caught.value.code == "network.media_processing"

    again = ScriptedHttp([ABSENT, job("JOB_STATE_COMPLETED", blob=BLOB), POSTED])
    published, _ = await publish(again, kept.last)

    again.assert_finished()
    assert published.remote_id == "at://d/app.bsky.feed.post/1"


async def test_video_that_the_server_threw_away_meanwhile_is_sent_up_again() -> None:
    """What had waited for days, its video done, was refused at every attempt."""
    lost = POSTED.model_copy(
        update={
            "status": 400,
            "json_": {"error": "BlobNotFound", "message": "Could not find blob: bafy"},
        }
    )
    there = Exchange(
        method="POST", path="/xrpc/com.atproto.repo.uploadBlob", json_={"blob": {"new": 1}}
    )
    kept = Kept(http := ScriptedHttp([*BEGIN, TAKEN, DONE, lost, there]))

    with pytest.raises(Unavailable):
        await publishing.publish(http, HOME, DRAFT, {}, kept, now=NOW)
    http.assert_finished()
    again = ScriptedHttp([ABSENT, POSTED])
    await publish(again, kept.last)

    body: Any = again.calls[-1].json
    assert body["record"]["embed"]["video"] == {"new": 1}


async def test_video_that_the_service_has_already_is_the_same_work() -> None:
    had = TAKEN.model_copy(
        update={"status": 409, "json_": {"jobId": "job-1", "error": "already_exists"}}
    )
    http = ScriptedHttp([*BEGIN, had, job("JOB_STATE_COMPLETED", blob=BLOB), POSTED])

    await publish(http, {})

    http.assert_finished()


async def test_failed_work_is_refused_in_the_words_of_the_service() -> None:
    failed = job("JOB_STATE_FAILED", error="encoding_failure", message="No video stream.")
    http = ScriptedHttp([*BEGIN, TAKEN, failed])

    with pytest.raises(Refused) as caught:
        await publish(http, {})

    http.assert_finished()
    assert caught.value.code == "network.media_refused"
    assert caught.value.said == "encoding_failure No video stream."


@pytest.mark.parametrize(
    "answer",
    [
        Exchange(
            method="GET",
            path=LIMITS,
            json_={"canUpload": False, "error": "unconfirmed_email", "message": "Confirm it."},
        ),
        Exchange(
            method="GET",
            path=LIMITS,
            status=401,
            json_={"error": "unconfirmed_email", "message": "Confirm it."},
        ),
    ],
)
async def test_account_that_may_send_no_videos_stays_connected(answer: Exchange) -> None:
    http = ScriptedHttp([TOKEN, answer])

    with pytest.raises(Refused) as caught:
        await publish(http, {})

    assert caught.value.code == "network.media_refused"
    assert "Confirm it." in caught.value.said


async def test_spent_day_makes_the_delivery_wait() -> None:
    spent = {"canUpload": False, "remainingDailyVideos": 0, "message": "Daily limit."}
    http = ScriptedHttp([TOKEN, Exchange(method="GET", path=LIMITS, json_={**spent})])

    with pytest.raises(RateLimited):
        await publish(http, {})


@pytest.mark.parametrize("server", ["http://localhost:2583", "http://127.0.0.1:2583"])
async def test_server_without_a_public_name_takes_the_file_itself(server: str) -> None:
    blob = Exchange(method="POST", path="/xrpc/com.atproto.repo.uploadBlob", json_={"blob": BLOB})
    http = ScriptedHttp([blob, POSTED])

    await publish(http, {}, replace(HOME, server=server))

    http.assert_finished()
    assert http.calls[0].content == b"film"
