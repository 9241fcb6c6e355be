"""Files: sent up to the server, which gives each an `mxc:` address."""

from domain.connector.http import Call
from domain.connector.words import Medium
from domain.networks.matrix.answers import Upload
from domain.networks.matrix.compose import Body
from domain.networks.matrix.wire import UPLOAD, Server


async def send_up(server: Server, medium: Medium) -> str:
    call = Call(
        "POST",
        f"{UPLOAD}/upload",
        headers={"content-type": medium.content_type},
        query=(("filename", medium.file_name),),
        content=medium.content,
    )
    return (await server.repeat(call, Upload)).content_uri


def file_of(medium: Medium, address: str) -> Body:
    """What a message says of its file."""
    info: Body = {"mimetype": medium.content_type, "size": len(medium.content)}
    if medium.width and medium.height:
        info |= {"w": medium.width, "h": medium.height}
    kind = "m.image" if medium.content_type.startswith("image/") else "m.video"
    return {"msgtype": kind, "url": address, "filename": medium.file_name, "info": info}
