"""Files: sent up with their description, and waited for until the server has worked on them.

A file sent up is answered 202 as long as there is work, and `GET …/media/:id` then 206; 422
says that it failed (https://docs.joinmastodon.org/methods/media/, read 2026-11-27).
"""

from datetime import timedelta

from domain.connector.dialects.waiting import asked_until_there
from domain.connector.errors import Missing, Refused, Unavailable
from domain.connector.http import Call, FilePart
from domain.connector.port import Save
from domain.connector.words import Medium, Part
from domain.networks.mastodon.answers import Attachment
from domain.networks.mastodon.progress import Progress
from domain.networks.mastodon.wire import MEDIA, REST, Server

_WAITS_S = (0.0, 0.5, 1.0, 2.0)


async def sent_up(server: Server, part: Part, progress: Progress, save: Save) -> Progress:
    """The progress once all files of a message lie over there, ready to be shown.

    Raises `StillWorking`; files that the server threw away meanwhile are sent up anew.
    """
    for medium in part.media[len(progress.files) :]:
        files = (*progress.files, await send_up(server, medium))
        progress = await progress.kept(save, files=files)
    try:
        for file in progress.files:
            await wait_until_ready(server, file)
    except Missing as error:
        await progress.kept(save, files=())
        message = "The server threw a file away; it is sent up again."
        raise Unavailable(message, said=error.said) from error
    return progress


async def send_up(server: Server, medium: Medium) -> str:
    """The id of the file over there, which may not be ready yet."""
    file = FilePart("file", medium.file_name, medium.content_type, medium.content)
    form = (("description", medium.alt_text),) if medium.alt_text else ()
    call = Call("POST", MEDIA, form=form, files=(file,))
    return (await server.repeat(call, Attachment)).id


async def wait_until_ready(server: Server, attachment_id: str) -> None:
    """Returns when a status may bear the file.

    Raises `StillWorking` when the server is not done in about four seconds: the same delivery
    comes back later, and the file is not sent up again. Raises `Refused` when it cannot do it.
    """

    async def address(after: timedelta) -> str | None:
        call = Call("GET", f"{REST}/media/{attachment_id}", after=after)
        return (await _attachment(server, call)).url

    await asked_until_there(address, _WAITS_S, "The server is still working on a file.")


async def _attachment(server: Server, call: Call) -> Attachment:
    try:
        return await server.repeat(call, Attachment)
    except Missing:
        raise
    except Refused as error:
        message = "The server cannot work on this file."
        raise Refused(message, code="network.media_refused", said=error.said) from error
