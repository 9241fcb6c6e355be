"""The keys are rotated while real processes publish: nothing fails, nothing is left behind."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import KEY
from tests.house import House, open_house
from tests.stack import Stack, running_stack


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    file = tmp_path / "sealing.keys"
    file.write_text(KEY)
    return file


@pytest.fixture
def house(tmp_path: Path, ring: Path) -> Iterator[House]:
    with running_stack(tmp_path / "stack", SEALING_KEYS_FILE=str(ring)) as stack:
        yield open_house(stack, handle="rotating")


def rotate(stack: Stack, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "api", "rotate-keys", *arguments],
        env=stack.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_posts_go_out_while_the_keys_change(house: House, ring: Path) -> None:
    before = house.publish("Sealed under the old key.")
    rotation = rotate(house.stack)
    during = [house.publish(f"Number {number} of the rotation.") for number in range(5)]
    out, err = rotation.communicate(timeout=60)
    after = house.publish("Sealed under the new key.")
    forgetting = rotate(house.stack, "--forget", "k1").communicate(timeout=60)
    last = house.publish("The old key is gone.")

    assert (rotation.returncode, out) == (0, "Sealed under k2: 1\n"), err
    assert "Sealing under k2" in err
    assert forgetting[0].startswith("k1 is off the ring."), forgetting
    assert ring.read_text().startswith("k2:")
    assert "k1:" not in ring.read_text()
    for post in (before, *during, after, last):
        assert house.settled(post)["state"] == "published"
