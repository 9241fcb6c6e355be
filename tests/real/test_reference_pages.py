"""The API reference and the GraphQL IDE in a real Chromium that has no way to the internet."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from api.contract.describe import operations
from api.main import create_app
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.api.listening import listening
from tests.real import installing
from tests.world import make_token, make_workspace

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
SCRIPT = Path(__file__).parent / "reference" / "look.py"


def look(root: str, token: str, folder: Path) -> dict[str, Any]:
    """What the browser saw; its screenshots lie in the folder."""
    if shutil.which("chromium") is None:
        installing.debian("chromium")
    python = installing.python(installing.ROOT / "reference", "playwright")
    asked = {
        "root": root,
        "token": token,
        "chromium": shutil.which("chromium"),
        "folder": str(folder),
    }
    ended = subprocess.run(
        [python / "python", SCRIPT],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


async def test_both_pages_work_without_the_internet(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    token = await make_token(database, await make_workspace(database))
    with listening(settings) as root:
        found = await asyncio.to_thread(look, root, token, tmp_path)

    docs, graphql = found["docs"], found["graphql"]
    described = create_app(settings).openapi()
    assert (docs["console"], docs["elsewhere"]) == ([], [])
    assert docs["operations"] == len(list(operations(described)))
    assert json.loads(docs["answer"])["data"] == []
    assert (graphql["console"], graphql["elsewhere"]) == ([], [])
    assert '"name": "Test house"' in graphql["answer"]
