"""Files: sent up to the site's library with their alternative text."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from domain.connector.http import Call, FilePart
from domain.connector.words import Medium
from domain.networks.wordpress.answers import Done, Upload
from domain.networks.wordpress.wire import REST, Server


class File(BaseModel):
    """A file over there; part of a delivery's checkpoint."""

    model_config = ConfigDict(frozen=True)

    id: str
    url: str
    is_video: bool


async def send_up(server: Server, medium: Medium) -> File:
    """Sent up twice, it lies in the library twice; what readers see is the article's alone."""
    part = FilePart("file", medium.file_name, medium.content_type, medium.content)
    form = (("alt_text", medium.alt_text),) if medium.alt_text else ()
    query = (("_fields", "id,source_url"),)
    call = Call("POST", f"{REST}/media", query=query, form=form, files=(part,))
    made = await server.repeat(call, Upload)
    return File(id=made.id, url=made.source_url, is_video=is_video(medium))


async def describe(server: Server, ids: Sequence[str], media: Sequence[Medium]) -> None:
    """Gives files that stand there the alternative texts of these media, in the same order."""
    for id_, medium in zip(ids, media, strict=True):
        body = {"alt_text": medium.alt_text or ""}
        await server.repeat(Call("POST", f"{REST}/media/{id_}", json={**body}), Done)


def is_video(medium: Medium) -> bool:
    return not medium.content_type.startswith("image/")
