"""Files: sent up with their description, and waited for until the server has worked on them."""

import asyncio
from collections.abc import Awaitable, Callable

from domain.connector.errors import Unavailable
from domain.connector.http import Call, FilePart
from domain.connector.words import Medium
from domain.networks.mastodon.answers import Attachment
from domain.networks.mastodon.wire import Server

_WAITS_S = (0.0, 0.5, 1.0, 2.0, 4.0)

Wait = Callable[[float], Awaitable[None]]


async def send_up(server: Server, medium: Medium) -> str:
    """The id of the file over there, which may not be ready yet."""
    file = FilePart("file", medium.file_name, medium.content_type, medium.content)
    form = (("description", medium.alt_text),) if medium.alt_text else ()
    call = Call("POST", "/api/v2/media", form=form, files=(file,))
    return (await server.repeat(call, Attachment)).id


async def wait_until_ready(
    server: Server, attachment_id: str, *, wait: Wait = asyncio.sleep
) -> None:
    """Returns when a status may bear the file.

    Raises `Unavailable` when the server is not done in about eight seconds: the same delivery
    comes back later, and the file is not sent up again.
    """
    for seconds in _WAITS_S:
        if seconds:
            await wait(seconds)
        if (await server.read(f"/api/v1/media/{attachment_id}", Attachment)).url is not None:
            return
    raise Unavailable("The server is still working on a file.", code="network.media_processing")
