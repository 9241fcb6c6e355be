"""Files: sent up once, and waited for until the sandbox has worked on them."""

from datetime import timedelta

from domain.connector.dialects.waiting import asked_until_there
from domain.connector.http import Call, FilePart
from domain.connector.port import Save
from domain.connector.words import Part
from domain.networks.sandbox.answers import Medium
from domain.networks.sandbox.progress import Progress
from domain.networks.sandbox.wire import Server

_WAITS_S = (0.0, 0.5, 1.0, 2.0)


async def sent_up(server: Server, part: Part, progress: Progress, save: Save) -> Progress:
    for medium in part.media[len(progress.files) :]:
        file = FilePart("file", medium.file_name, medium.content_type, medium.content)
        form = (("alt_text", medium.alt_text),) if medium.alt_text else ()
        made = await server.repeat(Call("POST", "/media", form=form, files=(file,)), Medium)
        progress = await progress.kept(save, files=(*progress.files, made.id))
    for file_id in progress.files:
        await _wait_until_ready(server, file_id)
    return progress


async def _wait_until_ready(server: Server, file_id: str) -> None:
    async def ready(after: timedelta) -> Medium | None:
        file = await server.repeat(Call("GET", f"/media/{file_id}", after=after), Medium)
        return file if file.is_ready else None

    await asked_until_there(ready, _WAITS_S, "The sandbox is still working on a file.")
