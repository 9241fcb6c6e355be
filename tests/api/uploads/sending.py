"""What a client of tus sends, step by step."""

import base64
from typing import Any

import httpx2

from tests.domain.media.files import picture

PHOTO = picture("JPEG", (40, 30))
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}


def metadata(**said: str) -> str:
    return ",".join(f"{key} {base64.b64encode(v.encode()).decode()}" for key, v in said.items())


async def begin(
    client: httpx2.AsyncClient, size: int = len(PHOTO), /, **headers: str
) -> httpx2.Response:
    sent = {"Upload-Length": str(size), "Upload-Metadata": metadata(filename="ouchy.jpg")}
    return await client.post("/v1/uploads", headers={**TUS, **sent, **headers})


async def begun(client: httpx2.AsyncClient, size: int = len(PHOTO)) -> str:
    """Where its bytes go."""
    answer = await begin(client, size)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def send(
    client: httpx2.AsyncClient, url: str, content: Any, offset: int = 0, /, **headers: str
) -> httpx2.Response:
    sent = {**BYTES, "Upload-Offset": str(offset), **headers}
    return await client.patch(url, content=content, headers=sent)


async def offset_of(client: httpx2.AsyncClient, url: str) -> int:
    answer = await client.head(url, headers=TUS)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return int(answer.headers["upload-offset"])
