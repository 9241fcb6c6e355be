"""Bytes that come side by side, and wires that are cut."""

import asyncio
import resource
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI

from api.uploads import receiving
from domain.kernel.ids import read
from domain.kernel.settings import Settings
from domain.uploads.pieces import Pieces
from domain.uploads.tables import Upload
from tests.api.uploads.sending import BYTES, PHOTO, begun, offset_of, send
from tests.world import Tenant

Message = dict[str, Any]


class Halting:
    """A body whose client waits in its middle; `is_read` once all before it was taken."""

    def __init__(self, first: bytes, rest: bytes) -> None:
        self.is_read, self.go = asyncio.Event(), asyncio.Event()
        self._parts = (first, rest)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._parts[0]
        self.is_read.set()
        await self.go.wait()
        yield self._parts[1]


async def cut(
    app: FastAPI, tenant: Tenant, url: str, *parts: bytes, **headers: str
) -> list[Message]:
    """A PATCH whose client is gone after these parts; what the api would have answered."""
    sent = {**BYTES, "Upload-Offset": "0", "Authorization": f"Bearer {tenant.token}", **headers}
    coming: list[Message] = [
        {"type": "http.request", "body": part, "more_body": True} for part in parts
    ]
    coming.append({"type": "http.disconnect"})
    answered: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0)

    async def answer(message: Message) -> None:
        answered.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "PATCH",
        "path": url,
        "raw_path": url.encode(),
        "query_string": b"",
        "headers": [(k.lower().encode(), v.encode()) for k, v in sent.items()],
        "client": ("127.0.0.1", 1),
        "server": ("parvis.test", 80),
        "scheme": "http",
    }
    run: Callable[..., Awaitable[None]] = app
    await run(scope, receive, answer)
    return answered


async def test_second_request_is_told_to_wait_and_mixes_in_nothing(tenant: Tenant) -> None:
    url, body = await begun(tenant.client), Halting(PHOTO[:100], PHOTO[100:])
    first = asyncio.create_task(send(tenant.client, url, body))
    await body.is_read.wait()
    busy = await send(tenant.client, url, PHOTO)
    body.go.set()
    done = await first

    assert (busy.status_code, busy.json()["code"]) == (423, "upload.busy")
    assert busy.headers["retry-after"] == "1"
    assert (done.status_code, done.headers["upload-offset"]) == (204, str(len(PHOTO)))
    [medium] = (await tenant.client.get("/v1/media")).json()["data"]
    assert (await tenant.client.get(medium["content_url"])).content == PHOTO


async def test_what_came_before_a_cut_wire_is_kept(app: FastAPI, tenant: Tenant) -> None:
    url = await begun(tenant.client)

    await cut(app, tenant, url, PHOTO[:60], PHOTO[60:100])

    assert await offset_of(tenant.client, url) == 100
    last = await send(tenant.client, url, PHOTO[100:], 100)
    assert last.headers["parvis-media-id"].startswith("med_")


@pytest.mark.parametrize("left", [0, 100])
async def test_bytes_that_were_lost_are_sent_again_and_taken_in(
    app: FastAPI, tenant: Tenant, settings: Settings, left: int
) -> None:
    """Told as kept to the last one, then the disk lost some: the offset says so."""
    url = await begun(tenant.client)
    id_ = read("upl", url.rpartition("/")[2])
    async with app.state.parvis.database.transaction(tenant.workspace_id) as session:
        row = await session.get_one(Upload, (tenant.workspace_id, id_))
        row.offset_bytes = len(PHOTO)
    with Pieces(settings.media_dir).held(tenant.workspace_id, id_) as piece:
        piece.write(PHOTO[:left])

    told = await offset_of(tenant.client, url)
    last = await send(tenant.client, url, PHOTO[left:], left)

    assert (told, last.status_code) == (left, 204)
    [medium] = (await tenant.client.get("/v1/media")).json()["data"]
    assert last.headers["parvis-media-id"] == medium["id"]


async def test_of_a_stretch_with_a_checksum_a_cut_wire_leaves_nothing(
    app: FastAPI, tenant: Tenant, settings: Settings
) -> None:
    url = await begun(tenant.client)

    await cut(app, tenant, url, PHOTO[:100], **{"Upload-Checksum": "sha1 AAAA"})

    assert await offset_of(tenant.client, url) == 0
    id_ = read("upl", url.rpartition("/")[2])
    assert Pieces(settings.media_dir).size(tenant.workspace_id, id_) == 0


@pytest.mark.parametrize("size", [receiving.STRETCH_BYTES + 1, 3 * receiving.STRETCH_BYTES])
async def test_stretches_are_told_as_they_come(tenant: Tenant, size: int) -> None:
    """A long request moves the offset before it ends."""
    url, body = await begun(tenant.client, size + 1), Halting(bytes(size), b"x")
    first = asyncio.create_task(send(tenant.client, url, body))
    await body.is_read.wait()
    told = await offset_of(tenant.client, url)
    body.go.set()
    answer = await first

    assert told == size
    # All zeros but one is no picture.
    assert (answer.status_code, answer.json()["code"]) == (415, "media.unsupported")


async def test_what_a_full_disk_refused_takes_no_room(tenant: Tenant, settings: Settings) -> None:
    """The piece stayed until it expired, though nothing of it counted."""
    url = await begun(tenant.client, 3 << 20)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((1 << 20) + 100, hard))
    try:
        refused = await send(tenant.client, url, bytes(3 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)

    id_ = read("upl", url.rpartition("/")[2])
    assert (refused.status_code, refused.json()["code"]) == (503, "dependency.away")
    assert Pieces(settings.media_dir).size(tenant.workspace_id, id_) == 0
    assert await offset_of(tenant.client, url) == 0
