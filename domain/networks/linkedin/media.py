"""Files: LinkedIn is told of one, gives an address for its bytes, and works on them.

A file that no post shows is seen by nobody: one that broke off half-way is sent up anew. A video
goes up in the pieces that LinkedIn names, and is waited for until it can be shown
(https://learn.microsoft.com/linkedin/marketing/community-management/shares/images-api and
…/videos-api, read 2026-11-28).
"""

from datetime import timedelta

from pydantic import JsonValue

from domain.connector.dialects.waiting import asked_until_there
from domain.connector.errors import Missing, Refused, Unavailable
from domain.connector.http import Call
from domain.connector.port import Save
from domain.connector.words import Medium, Part
from domain.networks.linkedin.progress import Progress
from domain.networks.linkedin.uploads import ImageBegun, Video, VideoBegun, VideoUpload
from domain.networks.linkedin.urns import encoded
from domain.networks.linkedin.wire import REST, Server

_WAITS_S = (0.0, 1.0, 2.0)
_BEGIN = (("action", "initializeUpload"),)
_FINISH = (("action", "finalizeUpload"),)
_VIDEO = "urn:li:video:"


async def sent_up(
    server: Server, owner: str, part: Part, progress: Progress, save: Save
) -> Progress:
    """The progress once all files of a post lie over there, ready to be shown.

    Raises `StillWorking`; a video that LinkedIn threw away meanwhile is sent up anew.
    """
    for medium in part.media[len(progress.files) :]:
        send = _send_video if medium.content_type.startswith("video/") else _send_image
        files = (*progress.files, await send(server, owner, medium))
        progress = await progress.kept(save, files=files)
    try:
        for urn in progress.files:
            if urn.startswith(_VIDEO):
                await _wait_until_ready(server, urn)
    except Missing as error:
        await progress.kept(save, files=())
        message = "LinkedIn threw a file away; it is sent up again."
        raise Unavailable(message, said=error.said) from error
    return progress


async def _send_image(server: Server, owner: str, medium: Medium) -> str:
    asked: JsonValue = {"initializeUploadRequest": {"owner": owner}}
    call = Call("POST", f"{REST}/images", query=_BEGIN, json=asked)
    begun = (await server.repeat(call, ImageBegun)).value
    await server.send_up(begun.upload_url, medium.content, with_token=True)
    return begun.image


async def _send_video(server: Server, owner: str, medium: Medium) -> str:
    asked: JsonValue = {
        "initializeUploadRequest": {
            "owner": owner,
            "fileSizeBytes": len(medium.content),
            "uploadCaptions": False,
            "uploadThumbnail": False,
        }
    }
    call = Call("POST", f"{REST}/videos", query=_BEGIN, json=asked)
    begun = (await server.repeat(call, VideoBegun)).value
    pieces: list[JsonValue] = [*await _pieces(server, begun, medium.content)]
    told: JsonValue = {
        "finalizeUploadRequest": {
            "video": begun.video,
            "uploadToken": begun.upload_token,
            "uploadedPartIds": pieces,
        }
    }
    await server.tell(Call("POST", f"{REST}/videos", query=_FINISH, json=told))
    return begun.video


async def _pieces(server: Server, begun: VideoUpload, content: bytes) -> list[str]:
    """The mark that LinkedIn gave each piece, in their order; their addresses hold their grant."""
    marks = list[str]()
    for piece in begun.upload_instructions:
        sent = content[piece.first_byte : piece.last_byte + 1]
        reply = await server.send_up(piece.upload_url, sent, with_token=False)
        mark = reply.headers.get("etag", "").strip('"')
        if not mark:
            raise Unavailable("LinkedIn gave no mark for a piece of the video.")
        marks.append(mark)
    return marks


async def _wait_until_ready(server: Server, urn: str) -> None:
    async def ready(after: timedelta) -> bool | None:
        call = Call("GET", f"{REST}/videos/{encoded(urn)}", after=after)
        video = await server.repeat(call, Video)
        if video.status == "PROCESSING_FAILED":
            message, said = "LinkedIn cannot work on this video.", video.processing_failure_reason
            raise Refused(message, code="network.media_refused", said=said)
        return True if video.status == "AVAILABLE" else None

    await asked_until_there(ready, _WAITS_S, "LinkedIn is still working on the video.")
