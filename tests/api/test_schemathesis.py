"""Schemathesis reads both contracts and tries to make the running api break them."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.api.furnished import Furnished, furnish
from tests.api.graph.meaning import unfurnished
from tests.api.listening import listening

CONFIG = Path(__file__).with_name("schemathesis.toml")
ROOT = Path(__file__).parents[2]
REST, GRAPH = "tests.api.fuzzing", "tests.api.graph.fuzzing"
RAW = {"PARVIS_FUZZ_RAW": "1"}
HALF = "^/v1/[a-d]"
"""About half of the operations: the halves go out at once, each in order, as Hypothesis needs."""


async def fuzz(
    house: Furnished, address: str, hooks: str, *more: str, env: dict[str, str] | None = None
) -> str:
    """What schemathesis prints. The seed is fixed: a failure can be run again."""
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG)),
        *("run", address, "--header", f"Authorization: Bearer {house.token}"),
        *("--seed", "1", "--no-color", "--continue-on-failure", *more),
    ]
    ended = await asyncio.to_thread(
        subprocess.run,
        command,
        cwd=ROOT,
        env={
            **os.environ,
            **(env or {}),
            "SCHEMATHESIS_HOOKS": hooks,
            "PARVIS_FUZZ_IDS": json.dumps(house.ids),
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.stdout + ended.stderr


def assert_unbroken(report: str, *, least: int) -> None:
    """Not one failure or error, in at least so many cases."""
    found = re.search(r"(\d+) generated, (\d+) passed", report)
    assert found is not None, report
    assert "Failures:" not in report, report
    assert "Errors:" not in report, report
    assert int(found[1]) >= least, report


@pytest.mark.timeout(600)
async def test_fuzzed_requests_never_break_the_contract(
    settings: Settings, database: Database
) -> None:
    house = await furnish(settings, database)

    with listening(house.settings) as root:
        reports = await asyncio.gather(
            *(
                fuzz(house, f"{root}/openapi.json", REST, "--max-examples", "2", half, HALF)
                for half in ("--include-path-regex", "--exclude-path-regex")
            )
        )

    for report in reports:
        assert_unbroken(report, least=1500)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "more",
    [
        pytest.param({}, id="led-to-what-is-there"),
        pytest.param({**RAW}, id="as-they-were-drawn"),
    ],
)
async def test_fuzzed_operations_never_break_the_schema(
    settings: Settings, database: Database, more: dict[str, str]
) -> None:
    house = await furnish(settings, database)
    if more:
        choice = ["--exclude-checks", "not_a_server_error"]
    else:
        choice = [f"--exclude-name=Query.{name}" for name in unfurnished(house.ids)]

    with listening(house.settings) as root:
        report = await fuzz(
            house, f"{root}/graphql", GRAPH, "--max-examples", "2", *choice, env=more
        )

    assert_unbroken(report, least=150)
