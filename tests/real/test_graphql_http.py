"""The 61 audits of npm's graphql-http against a live api, by POST and, where they can, by GET."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.real import installing
from tests.real.serving import live_api
from tests.world import make_token, make_workspace

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

PACKAGES = ("graphql-http@1", "graphql@16")
SCRIPT = Path(__file__).parent / "graphql_http" / "audit.mjs"


@dataclass(frozen=True)
class Live:
    url: str
    authorization: str


@pytest.fixture(scope="module")
async def live(settings: Settings, database: Database) -> AsyncIterator[Live]:
    """The api on a loopback port, and a token with every scope."""
    async with live_api(settings) as root:
        token = await make_token(database, await make_workspace(database))
        yield Live(f"{root}/graphql", f"Bearer {token}")


@pytest.fixture(scope="module")
def script() -> Path:
    """The script beside the packages it needs."""
    if shutil.which("node") is None:
        pytest.skip("needs node")
    folder = installing.ROOT / "graphql-http"
    installing.npm(folder, *PACKAGES)
    copied = folder / SCRIPT.name
    shutil.copyfile(SCRIPT, copied)
    return copied


@pytest.mark.parametrize("method", ["post", "get"])
async def test_every_audit_passes(live: Live, script: Path, method: str) -> None:
    child = await asyncio.create_subprocess_exec(
        "node",
        str(script),
        live.url,
        live.authorization,
        method,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, wrong = await asyncio.wait_for(child.communicate(), timeout=120)
    assert child.returncode == 0, wrong.decode()
    audits: list[dict[str, Any]] = json.loads(told)

    assert [each for each in audits if each["status"] != "ok"] == []
    assert len(audits) == 61
