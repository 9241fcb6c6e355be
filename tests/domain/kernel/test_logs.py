"""Log lines hold no secret, wherever it stood: in a name, a value, an address or a traceback."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from domain.identity.bearer import make_bearer
from domain.kernel.ids import new_id
from domain.kernel.logs import BLOT, redact

TOKEN = make_bearer(new_id())
JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl"
CANARY = "canary-in-a-coal-mine"
SPOKEN = f"""
import logging, structlog
from domain.kernel.logs import set_up_logs

set_up_logs("INFO", as_json=True)
log = structlog.get_logger()
log.info("named", authorization="{CANARY}", app_password="{CANARY}", api_key="{CANARY}", n=1)
log.info("deep", headers={{"Authorization": "{CANARY}", "accept": "*/*"}},
         rows=[{{"grant": "{CANARY}"}}, ["Bearer {CANARY}"]])
log.warning("said Bearer {CANARY}", url="https://ana:{CANARY}@pds.example/x", jwt="{JWT}")
try:
    raise ValueError("Bearer {CANARY}")
except ValueError:
    log.exception("broke")
    logging.getLogger("library").exception("its own words: Bearer {CANARY}")
logging.getLogger("library").warning("for %s with {TOKEN}", "anna@example.social")
log.info("odd", half=chr(0xD83D), many=2**70, when=range(2))
log.debug("too quiet to be heard")
logging.getLogger("arq.worker").info("too often said to be heard")
"""


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    """What a process of its own writes, both chains together."""
    said = subprocess.run(
        [sys.executable, "-c", SPOKEN], capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in (said.stdout + said.stderr).splitlines()]


def test_every_line_is_one_object_with_its_level_and_moment(lines: list[dict[str, Any]]) -> None:
    assert len(lines) == 7
    assert all(line["level"] and line["timestamp"].endswith("Z") for line in lines)


def test_no_line_holds_a_secret(lines: list[dict[str, Any]]) -> None:
    told = json.dumps(lines)

    assert CANARY not in told
    assert TOKEN not in told
    assert JWT not in told
    assert "anna@example.social" not in told


def test_what_is_no_secret_stays(lines: list[dict[str, Any]]) -> None:
    by_event = {line["event"]: line for line in lines}

    assert by_event["named"]["n"] == 1
    assert by_event["deep"]["headers"] == {"Authorization": BLOT, "accept": "*/*"}
    assert by_event[f"said {BLOT}"]["url"] == f"https://{BLOT}@pds.example/x"
    assert "ValueError" in by_event["broke"]["exception"]
    assert f"for {BLOT} with {BLOT}" in by_event


def test_a_line_is_written_whatever_is_in_it(lines: list[dict[str, Any]]) -> None:
    [odd] = [line for line in lines if line["event"] == "odd"]

    assert (odd["half"], odd["many"], odd["when"]) == ("\ud83d", 2**70, "range(0, 2)")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Bearer abc.def", BLOT),
        ("basic YWxhZGRpbjpvcGVu", BLOT),
        pytest.param(f"a {TOKEN} b", f"a {BLOT} b", id="token"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", BLOT),
        ("postgresql://parvis:pw@db/parvis", f"postgresql://{BLOT}@db/parvis"),
        ("write to ana.muster@house.example today", f"write to {BLOT} today"),
        ("wide:bär@größe.example", f"wide:{BLOT}"),
        ("no @ address, user@host neither", "no @ address, user@host neither"),
        ("a forebear of the basics", "a forebear of the basics"),
        ("post_0199e2b4c1d07a3f8e5d6c7b8a901234", "post_0199e2b4c1d07a3f8e5d6c7b8a901234"),
    ],
)
def test_a_text_loses_its_secrets_alone(text: str, left: str) -> None:
    assert redact(text) == left


@pytest.mark.parametrize("level", ["info", "warning", "exception"])
def test_a_line_that_nobody_takes_ends_nothing(level: str) -> None:
    """On a full disk every request was a fault of ours, and the workers' timer ended."""
    spoken = f"""
import os, structlog
from domain.kernel.logs import set_up_logs

set_up_logs("INFO", as_json=True)
structlog.get_logger().{level}("lost")
os.write(2, b"went on")
os._exit(0)
"""
    reader, nobody = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", spoken], stdout=nobody, stderr=subprocess.PIPE, check=False
    )
    os.close(nobody)

    assert (done.returncode, done.stderr) == (0, b"went on")
