"""Videos: sent up in the pieces that Facebook asks for, told to appear, and waited for.

    start       gives the video's id and its upload; nothing appears, whatever becomes of it
    transfer    piece by piece, as long as Facebook wants one
    finish      tells it to appear once Facebook has worked on it; asked for the id, it says how far

The id is kept before `finish`: an upload shows one video, so nothing goes out twice, and a lost
answer is asked for by the id. Phases and states: https://developers.facebook.com/docs/graph-api/reference/page/videos
and …/reference/video-status, VideoUploader.swift of github.com/facebook/facebook-ios-sdk, read
2026-11-28.
"""

from datetime import timedelta

from domain.connector.checkpoints import Sent
from domain.connector.dialects.graph import Done, Graph, post
from domain.connector.dialects.waiting import asked_until_there
from domain.connector.errors import OutcomeUnknown, Refused
from domain.connector.heard import without_secrets
from domain.connector.http import Call, FilePart
from domain.connector.port import Save
from domain.connector.words import Medium
from domain.networks.facebook.places import post_name, url_of
from domain.networks.facebook.progress import Progress
from domain.networks.facebook.uploads import Film, Session, Wanted
from domain.networks.facebook.wire import for_videos

_WAITS_S = (0.0, 1.0, 2.0)
_UNFINISHED = frozenset({"uploading", "upload_complete"})
_FAILED = frozenset({"error", "upload_failed", "expired"})
_PIECES = 10_000
_FIELDS = (("fields", "id,post_id,status"),)


async def shown(
    page: Graph, page_id: str, film: Medium, text: str, progress: Progress, save: Save
) -> Sent:
    """Where the video stands. Raises `StillWorking` as long as Facebook is at it."""
    if progress.video is None:
        session = await _sent_up(page, page_id, film)
        update = {"video": session.video_id, "session": session.upload_session_id}
        progress = await progress.kept(save, **update)
    is_told = progress.is_trying and await _is_told(page, progress)
    if not is_told:
        progress = await progress.kept(save, is_trying=True)
        await for_videos(page).act(_finish(page_id, progress, text), Done)
    return await asked_until_there(
        lambda wait: found(page, page_id, progress, after=wait),
        _WAITS_S,
        "Facebook is still working on the video.",
    )


async def found(
    page: Graph, page_id: str, progress: Progress, *, after: timedelta = timedelta(0)
) -> Sent | None:
    """Where the video stands once everybody sees it. Raises `Refused` for one that is none."""
    film = await _film(page, progress, after)
    status = film.status
    if status.video_status in _FAILED:
        said = without_secrets(_why(film), [page.token])
        raise Refused("Facebook cannot show the video.", code="network.media_refused", said=said)
    if status.video_status != "ready":
        return None
    name = post_name(film.post_id or film.id, page_id)
    return Sent(id=name, url=url_of(name, page_id))


async def _sent_up(page: Graph, page_id: str, film: Medium) -> Session:
    videos, path = for_videos(page), f"/{page_id}/videos"
    form = [("upload_phase", "start"), ("file_size", str(len(film.content)))]
    session = await videos.repeat(post(path, form), Session)
    start, end = session.start_offset, session.end_offset
    for _ in range(_PIECES):
        if start >= end:
            return session
        form = [
            ("upload_phase", "transfer"),
            ("upload_session_id", session.upload_session_id),
            ("start_offset", str(start)),
        ]
        piece = film.content[start:end]
        file = FilePart("video_file_chunk", film.file_name, film.content_type, piece)
        wanted = await videos.repeat(post(path, form, (file,)), Wanted)
        start, end = wanted.start_offset, wanted.end_offset
    raise OutcomeUnknown("Facebook asks for the video without an end.")


def _finish(page_id: str, progress: Progress, text: str) -> Call:
    form = [("upload_phase", "finish"), ("upload_session_id", progress.session or "")]
    return post(f"/{page_id}/videos", [*form, *([("description", text)] if text else [])])


async def _is_told(page: Graph, progress: Progress) -> bool:
    """Whether a video that was told to appear, as far as we know, was heard."""
    film = await _film(page, progress, timedelta(0))
    return film.status.video_status not in _UNFINISHED


async def _film(page: Graph, progress: Progress, after: timedelta) -> Film:
    call = Call("GET", f"/{progress.video}", query=_FIELDS, after=after)
    return await page.repeat(call, Film)


def _why(film: Film) -> str:
    status = film.status
    phases = (status.uploading_phase, status.processing_phase, status.publishing_phase)
    told = (each for phase in phases for each in (*phase.errors, phase.error) if each is not None)
    return " ".join(each.message for each in told) or status.video_status
