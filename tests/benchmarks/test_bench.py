"""The measurements run end to end on a tiny data set; what they measure there says nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(300)

TINY = ("--mentions", "3000", "--posts", "600", "--samples", "3000", "--seconds", "0.2")
WITHOUT_WRK = {"PATH": str(Path(sys.executable).parent)}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """What one whole run printed, and what it wrote."""
    file = tmp_path_factory.mktemp("bench") / "numbers.json"
    given = (*TINY, "--effort", "0.01", "--json", str(file))
    found = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", *given],
        env={**os.environ, **WITHOUT_WRK},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    return found.stdout, json.loads(file.read_text())


def test_every_workload_is_measured_and_none_answers_an_error(
    measured: tuple[str, dict[str, Any]],
) -> None:
    _, written = measured

    systems: dict[str, list[str]] = {}
    for line in written["lines"]:
        systems.setdefault(line["workload"], []).append(line["system"])
    claimed = ["due to claim", "due to call", "due to record"]
    assert systems == {
        "inbox page": ["bare", "Parvis"],
        "mention by id": ["bare", "Parvis"],
        "calendar window, 500 entries": ["bare", "Parvis"],
        "90-day series": ["bare", "Parvis"],
        "search": ["bare", "Parvis"],
        "inbox page, unchanged (304)": ["Parvis", "Parvis", "bare"],
        "nested GraphQL": ["bare", "plain graph", "Parvis"],
        "mention by id, with and without authentication": [
            "Parvis, not asking",
            "Parvis",
            "Parvis, looking up",
        ],
        "ingest, batches of 500": ["COPY", "Parvis", "Parvis, read again"],
        "ingest, batches of 2,000": ["COPY", "Parvis", "Parvis, read again"],
        "claims of due posts": ["Parvis"],
        "200 posts over 10 s": claimed,
        "1,000 posts in one second": claimed,
        "2,000 posts at one instant": claimed,
        "200 posts of 200 workspaces at one instant": claimed,
    }
    assert [line["errors"] for line in written["lines"]] == [0] * len(written["lines"])
    assert all(line["per_s"] > 0 for line in written["lines"])


def test_every_number_that_was_written_is_printed(
    measured: tuple[str, dict[str, Any]],
) -> None:
    printed, written = measured

    shown = [line.split("  ")[0] for line in printed.splitlines()]
    names = [line["workload"] for line in written["lines"]]
    ratios = [ratio["name"] for ratio in written["ratios"]]
    assert [each for each in shown if each in {*names, *ratios}] == [*names, *ratios]
    assert written["driven_by"] == "own client"
