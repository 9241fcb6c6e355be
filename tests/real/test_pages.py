"""The pages in a real Chromium, judged by axe: four languages, dark, narrow, by keyboard."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.real import installing
from tests.stack import Stack, running_stack

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
SCRIPT = Path(__file__).parent / "pages" / "look.py"
OPEN_PAGES = ("/sign-in", "/sign-up", "/forgot", "/link", "/connect/unknown", "/account")
LANGUAGES = ("fr", "de", "it", "en")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("pages"), workers=0) as running:
        yield running


def look(stack: Stack, visits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a browser and axe find on each; screenshots lie in the stack's folder."""
    chromium = shutil.which("chromium")
    if chromium is None:
        installing.debian("chromium")
        chromium = shutil.which("chromium")
    python = installing.python(installing.ROOT / "pages", "playwright", "axe-playwright-python")
    folder = stack.folder / "pages"
    folder.mkdir(exist_ok=True)
    asked = {
        "root": stack.url,
        "chromium": chromium,
        "folder": str(folder),
        "visits": visits,
    }
    ended = subprocess.run(
        [python / "python", SCRIPT],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    found: list[dict[str, Any]] = json.loads(ended.stdout)
    return found


def test_open_pages_are_accessible_in_every_language(stack: Stack) -> None:
    visits = [
        {"name": f"{path.strip('/').replace('/', '-')}-{code}", "path": path, "language": code}
        for path in OPEN_PAGES
        for code in LANGUAGES
    ]

    found = look(stack, visits)

    assert [(each["name"], each["violations"]) for each in found if each["violations"]] == []
    assert [each["name"] for each in found if each["console"] or each["elsewhere"]] == []
    assert len({each["title"] for each in found if each["path"].startswith("/sign-up")}) == 4


@pytest.mark.parametrize(("scheme", "width"), [("dark", 900), ("light", 360)])
def test_pages_stay_readable_in_the_dark_and_on_phones(
    stack: Stack, scheme: str, width: int
) -> None:
    visits = [
        {"name": f"{path.strip('/')}-{scheme}-{width}", "path": path, "scheme": scheme}
        | {"width": width}
        for path in ("/sign-in", "/sign-up")
    ]

    found = look(stack, visits)

    assert [(each["name"], each["violations"]) for each in found if each["violations"]] == []


def test_a_form_is_reached_and_seen_by_keyboard_alone(stack: Stack) -> None:
    [found] = look(stack, [{"name": "keyboard", "path": "/sign-in"}])

    reached = found["focus"]
    assert [each for each in reached if each.endswith("(unseen)")] == []
    assert reached[0].startswith("a ")
    assert [each for each in reached if each.startswith("input")] == [
        "input email",
        "input password",
    ]
