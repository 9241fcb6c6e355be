"""npm's tus-js-client against a running stack: it resumes, outlives a killed api, gives up."""

import asyncio
import hashlib
import json
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.uploads.receiving import STRETCH_BYTES
from tests.domain.media.files import box, track, video
from tests.real import installing
from tests.stack import Stack, running_stack

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

SCRIPT = Path(__file__).parent / "tus" / "send.mjs"
SIZE_BYTES = 60_000_000


@dataclass(frozen=True)
class Rig:
    stack: Stack
    client: httpx2.Client
    script: Path
    node: Path
    film: Path

    async def start(self, how: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            str(self.node / "bin" / "node"),
            *(str(self.script), f"{self.stack.url}/v1/uploads", f"Bearer {self.stack.token}"),
            *(str(self.film), how),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def send(self, how: str) -> Any:
        return await told(await self.start(how))

    def holds(self, media_id: str) -> bool:
        """Whether the medium is the film, to the byte."""
        medium = self.client.get(f"/v1/media/{media_id}").json()
        with self.film.open("rb") as file:
            wanted = hashlib.file_digest(file, "sha256").hexdigest()
        said = (medium["file_name"], medium["alt_text"], medium["sha256"])
        return said == ("film.mp4", "Lavaux, vu du lac.", wanted)


async def told(child: asyncio.subprocess.Process) -> Any:
    said, wrong = await asyncio.wait_for(child.communicate(), timeout=120)
    assert child.returncode == 0, wrong.decode()
    return json.loads(said)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder = installing.ROOT / "tus"
    node = installing.node()
    installing.npm(folder, "tus-js-client@4", node=node)
    shutil.copyfile(SCRIPT, folder / SCRIPT.name)
    film = tmp_path_factory.mktemp("films") / "film.mp4"
    film.write_bytes(video(track(1280, 720)) + box(b"mdat", os.urandom(SIZE_BYTES)))
    with running_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield Rig(stack, stack.client(), folder / SCRIPT.name, node, film)


async def test_broken_off_upload_is_resumed_where_it_stood(rig: Rig) -> None:
    found = await rig.send("resume")

    assert found["offsets"] == [4_000_000]
    assert found["statuses"] == ["POST 201", "PATCH 204", "HEAD 200", "PATCH 204"]
    assert rig.holds(found["media"])


async def test_upload_outlives_an_api_that_is_killed(rig: Rig) -> None:
    child = await rig.start("endure")
    assert child.stderr is not None
    assert await child.stderr.readline() == b"in the middle\n"
    api = rig.stack.api
    assert api is not None
    api.send_signal(signal.SIGKILL)
    await asyncio.to_thread(api.wait, 10)
    await asyncio.to_thread(rig.stack.start_api)

    found = await told(child)

    assert found["retries"] > 0
    # Whole stretches were kept, and no more was told than there was.
    assert found["offsets"]
    assert all(STRETCH_BYTES <= at < SIZE_BYTES for at in found["offsets"])
    assert rig.holds(found["media"])


async def test_checksums_of_the_client_are_those_of_the_api(rig: Rig) -> None:
    found = await rig.send("checksum")

    assert found["statuses"] == ["POST 201", *["PATCH 204"] * 13]
    assert rig.holds(found["media"])


async def test_upload_is_given_up(rig: Rig) -> None:
    found = await rig.send("terminate")

    assert found["statuses"][-1] == "DELETE 204"
    gone = rig.client.head(found["url"])
    assert gone.status_code == 410
    left = rig.stack.folder / "data" / "media" / ".uploads"
    assert [path for path in left.rglob("*") if path.is_file()] == []
