"""The command line's own edges: what it reads before anything else, and who reads it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from api.cli.env_file import read_env_file
from api.cli.places import ROOT
from api.cli.trouble import Trouble

NO_SERVERS = {"DATABASE_URL": "", "MIGRATION_DATABASE_URL": "", "REDIS_URL": ""}


def parvis(
    *arguments: str, stdout: int = subprocess.PIPE, more: Mapping[str, str] = NO_SERVERS
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "api", *arguments],
        cwd=ROOT,
        env=os.environ | dict(more),
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
    )


@pytest.mark.parametrize("raw", [b"LOG_LEVEL=D\xe9bug\n", b"\xff\xfeP\x00", b"HOST=a\x00b\n"])
def test_an_env_file_that_is_no_text_is_one_line(folder: Path, raw: bytes) -> None:
    """Every command was a traceback."""
    path = folder / ".env"
    path.write_bytes(raw)
    before = dict(os.environ)

    with pytest.raises(Trouble, match=r"\.env is no text in UTF-8\. Write it anew, one NAME=value"):
        read_env_file(path)

    assert dict(os.environ) == before


def test_a_reader_who_leaves_ends_a_command_quietly(folder: Path) -> None:
    """`./parvis doctor | head -1` was a traceback."""
    ours, theirs = os.pipe()
    os.close(ours)
    ended = parvis("doctor", "--data", str(folder), stdout=theirs)
    os.close(theirs)

    assert (ended.returncode, ended.stderr) == (1, b"")


def test_a_terminal_of_few_letters_is_spoken_to_in_them(folder: Path) -> None:
    there = str(folder / "none")
    ended = parvis("doctor", "--data", there, more=NO_SERVERS | {"PYTHONIOENCODING": "ascii"})

    lines = ended.stdout.decode("ascii").splitlines()
    assert lines[-2:] == [
        f"\\u2717 Nothing runs on {there}.",
        f"  \\u2192 ./parvis up --data {there}",
    ]
    assert (ended.returncode, ended.stderr) == (1, b"")


def test_what_the_system_refuses_a_command_is_one_line(folder: Path) -> None:
    (folder / "lock").mkdir()

    ended = parvis("token", "--all", "--data", str(folder))

    wanted = f"parvis: {folder}/lock cannot be used (Is a directory). Mend that and run again.\n"
    assert (ended.returncode, ended.stderr.decode()) == (1, wanted)
