import subprocess
import sys


def loaded(*program: str) -> str:
    command = [sys.executable, "-m", *program, "structlog", "rich", "pydantic.v1"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_process_does_without_what_it_never_shows() -> None:
    assert loaded("api.cli.lean", "tests.api.cli.loaded") == "structlog"
    assert loaded("tests.api.cli.loaded") == "structlog rich pydantic.v1"
