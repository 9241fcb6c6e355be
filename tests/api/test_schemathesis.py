"""Schemathesis reads the contract and tries to make the running api break it."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.api.listening import listening
from tests.world import make_token, make_workspace

CONFIG = Path(__file__).with_name("schemathesis.toml")
ROOT = Path(__file__).parents[2]


async def fuzz(root: str, token: str, *more: str) -> str:
    """What schemathesis prints. The seed is fixed: a failure can be run again."""
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG)),
        *("run", f"{root}/openapi.json", "--header", f"Authorization: Bearer {token}"),
        *("--seed", "1", "--workers", "2", "--no-color", "--continue-on-failure", *more),
    ]
    ended = await asyncio.to_thread(
        subprocess.run,
        command,
        cwd=ROOT,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.api.fuzzing", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.stdout + ended.stderr


@pytest.mark.timeout(300)
async def test_fuzzed_requests_never_break_the_contract(
    settings: Settings, database: Database
) -> None:
    token = await make_token(database, await make_workspace(database))

    with listening(settings) as root:
        said = await fuzz(root, token, "--max-examples", "2", "--phases", "examples,coverage")
        more = await fuzz(root, token, "--max-examples", "2", "--phases", "fuzzing,stateful")

    for report in (said, more):
        found = re.search(r"(\d+) generated, (\d+) passed", report)
        assert found is not None, report
        assert "Failures:" not in report, report
        assert int(found[1]) > 100, report
