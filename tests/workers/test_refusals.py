"""What keeps a worker from starting is said in one line."""

import os
import subprocess
import sys
from pathlib import Path

from api.cli.places import ROOT
from tests.conftest import KEY

NOWHERE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/parvis",
    "REDIS_URL": "redis://127.0.0.1:9",
    "SEALING_KEYS": KEY,
    "PYTHONPATH": str(ROOT),
}


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "workers"],
        cwd=tmp_path,
        env=os.environ | NOWHERE | {"SWEEP_EVERY_S": "0"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr == (
        "parvis: Settings are missing or wrong (SWEEP_EVERY_S: input should be greater than 0). "
        "`.env.example` explains each.\n"
    )
