"""The README's tour does what it shows: its commands are run, its output compared."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.stack import Stack, make_token

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
END = "── end of the block ──"
# What differs from run to run.
CHANGING = (
    (re.compile(r"(http(?:://|%3A%2F%2F)127\.0\.0\.1)(:|%3A)\d+"), r"\1\g<2>8000"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\b([a-z]+)_[0-9a-f]{32}\b"), r"\1_<id>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?"), "<moment>"),
)


@pytest.mark.timeout(240)
def test_the_tour_shows_what_it_says(stack: Stack) -> None:
    blocks = tour_blocks(README.read_text())
    script = "".join(f"{commands}\necho '{END}'\n" for commands, _ in blocks)

    ended = subprocess.run(
        ["bash", "-eu"],
        input=script,
        # A house of its own: in another's inbox there may be more to read.
        env={**stack.env, "PARVIS": stack.url, "TOKEN": make_token(stack, "tour")},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    shown = [settled(part) for part in ended.stdout.split(f"{END}\n")[:-1]]
    assert shown == [settled(text) for _, text in blocks]


def test_a_tour_without_commands_is_noticed() -> None:
    with pytest.raises(ValueError, match="no tour"):
        tour_blocks("# Parvis\n")


def tour_blocks(readme: str) -> list[tuple[str, str]]:
    """Commands and what they print, block by block."""
    found: list[tuple[str, str]] = []
    for kind, body in BLOCK.findall(readme):
        if kind == "sh":
            found.append((body, ""))
        else:
            found[-1] = (found[-1][0], body)
    if not found:
        raise ValueError("The README has no tour.")
    return found


def settled(text: str) -> str:
    for pattern, name in CHANGING:
        text = pattern.sub(name, text)
    return text
