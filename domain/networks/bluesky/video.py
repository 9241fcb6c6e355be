"""Videos: given to the service that works on them, and waited for before a post shows them.

The service puts what it made on the account's server, by a token that this server gave for just
that (https://docs.bsky.app/docs/tutorials/video and lexicons/app/bsky/video, read 2026-11-27). It
reaches no server without a public name: there the file goes up as it is, and is worked on once the
post is out. Limits are asked for first; work that takes longer is asked for again later, under the
id it was given.
"""

from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import JsonValue

from domain.connector.dialects.waiting import asked_until_there
from domain.connector.errors import GrantExpired, RateLimited, Refused, Unavailable
from domain.connector.http import Http
from domain.connector.port import Save
from domain.connector.words import Access, Medium, Part
from domain.networks.bluesky.answers import Uploaded
from domain.networks.bluesky.progress import Progress
from domain.networks.bluesky.video_answers import JobTold, UploadLimits, VideoToken
from domain.networks.bluesky.wire import Pds

SERVICE = "https://video.bsky.app"
TOKEN_LASTS = timedelta(minutes=30)
_LIMITS = "app.bsky.video.getUploadLimits"
_WAITS_S = (0.0, 1.0, 2.0)
# packages/pds/src/actor-store/blob/transactor.ts of https://github.com/bluesky-social/atproto, read
# 2026-11-29: what nothing refers to is kept for a while.
_LOST = "BlobNotFound"


def is_video(medium: Medium) -> bool:
    return medium.content_type.startswith("video/")


async def with_video(
    http: Http,
    pds: Pds,
    access: Access,
    part: Part,
    progress: Progress,
    save: Save,
    *,
    now: datetime,
) -> Progress:
    """The progress once the video of a message can be shown; unchanged where there is none.

    Raises `StillWorking` as long as the service is at it, `Refused` when it cannot or may not.
    """
    video = next(filter(is_video, part.media), None)
    if video is None or progress.video is not None:
        return progress
    if not _has_public_name(access.server):
        return await _sent_up(pds, video, progress, save)
    if progress.video_job is None:
        job = await _begin(http, pds, access, video, progress, now)
        progress = await progress.kept(save, video_job=job)
    blob = await _finished(Pds(http, SERVICE), progress.video_job or "")
    return await progress.kept(save, video=blob)


async def ensure_kept(pds: Pds, part: Part, progress: Progress, save: Save, error: Refused) -> None:
    """Raises `Unavailable` where the server threw the video away, as no post showed it.

    It goes up as it is then: the service would say that it has done its work.
    """
    video = next(filter(is_video, part.media), None)
    if video is None or _LOST not in error.said:
        return
    await _sent_up(pds, video, progress, save)
    message = "The server threw the video away; it was sent up again."
    raise Unavailable(message, said=error.said) from error


async def _sent_up(pds: Pds, video: Medium, progress: Progress, save: Save) -> Progress:
    uploaded = await pds.upload(video.content, video.content_type, Uploaded)
    return await progress.kept(save, video=uploaded.blob)


async def _begin(
    http: Http, pds: Pds, access: Access, video: Medium, progress: Progress, now: datetime
) -> str:
    """The id of the work. Sent twice, a video has one and the same."""
    try:
        await _ensure_allowed(http, pds, now)
        host = urlsplit(access.server).netloc
        token = await _token(pds, f"did:web:{host}", "com.atproto.repo.uploadBlob", now)
        name = f"{progress.keys[len(progress.sent)]}.mp4"
        told = await Pds(http, SERVICE, token).upload_video(access.remote_id, name, video.content)
    except GrantExpired as error:
        # An address of mail nobody confirmed, too: the account itself is not locked out.
        raise _refused(error.said) from error
    return told.job_id


async def _ensure_allowed(http: Http, pds: Pds, now: datetime) -> None:
    host = urlsplit(SERVICE).netloc
    token = await _token(pds, f"did:web:{host}", _LIMITS, now)
    limits = await Pds(http, SERVICE, token).query(_LIMITS, [], UploadLimits)
    if limits.can_upload:
        return
    if limits.remaining_daily_videos == 0 or limits.remaining_daily_bytes == 0:
        message = "Bluesky takes no more videos of this account today."
        raise RateLimited(message, until=None, said=limits.message)
    raise _refused(f"{limits.error} {limits.message}".strip())


async def _token(pds: Pds, audience: str, method: str, now: datetime) -> str:
    until = int((now + TOKEN_LASTS).timestamp())
    parameters = [("aud", audience), ("lxm", method), ("exp", str(until))]
    return (await pds.query("com.atproto.server.getServiceAuth", parameters, VideoToken)).token


async def _finished(service: Pds, job_id: str) -> JsonValue:
    async def blob(after: timedelta) -> JsonValue:
        parameters = [("jobId", job_id)]
        told = await service.query("app.bsky.video.getJobStatus", parameters, JobTold, after)
        job = told.job_status
        if job.blob is None and job.state == "JOB_STATE_FAILED":
            raise _refused(f"{job.error} {job.message}".strip())
        return job.blob

    return await asked_until_there(blob, _WAITS_S, "Bluesky is still working on the video.")


def _refused(said: str) -> Refused:
    message = "Bluesky does not take this video."
    return Refused(message, code="network.media_refused", said=said)


def _has_public_name(server: str) -> bool:
    host = urlsplit(server).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".test", ".local"))
    return False
