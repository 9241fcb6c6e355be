"""The exported REST contract under other eyes: Spectral with OWASP's rules, and Redocly."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.real import installing

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

CONTRACT = Path("openapi/openapi.json").absolute()
PACKAGES = (
    "@stoplight/spectral-cli@6",
    "@stoplight/spectral-owasp-ruleset@2",
    "@redocly/cli@2",
)
RULES = {"extends": ["spectral:oas", "@stoplight/spectral-owasp-ruleset"]}
ERROR = 0


@pytest.fixture(scope="module")
def folder() -> Path:
    """The linters, with the rules beside them."""
    if shutil.which("node") is None:
        pytest.skip("needs node")
    found = installing.ROOT / "contract-linters"
    installing.npm(found, *PACKAGES)
    (found / ".spectral.json").write_text(json.dumps(RULES))
    return found


def run(folder: Path, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [folder / "node_modules" / ".bin" / program, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_spectral_and_owasp_find_no_error(folder: Path) -> None:
    ended = run(folder, "spectral", "lint", CONTRACT, "-r", ".spectral.json", "-f", "json")

    assert ended.returncode in {0, 1}, ended.stderr
    found: list[dict[str, Any]] = json.loads(ended.stdout[ended.stdout.index("[") :])
    errors = [(each["code"], each["path"]) for each in found if each["severity"] == ERROR]
    assert errors == []
    assert found != []  # warnings: the rules were there and looked


def test_redocly_finds_no_error(folder: Path) -> None:
    ended = run(folder, "redocly", "lint", CONTRACT, "--format=json")

    found: dict[str, Any] = json.loads(ended.stdout)
    assert found["totals"]["errors"] == 0, found["problems"]
    assert found["totals"]["ignored"] == 0
