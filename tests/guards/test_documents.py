"""What the documents say of the house is so: its floors, its files, and how long a decision is."""

import re
import tomllib
from collections import Counter
from itertools import chain, pairwise, takewhile

import pytest

from tests.guards.sources import ROOT

DOCUMENTS = ("README.md", "DECISIONS.md", "CHANGELOG.md")
MOST_LINES_OF_DECISIONS = 10
NAMED = re.compile(r"`((?:api|domain|migrations|openapi|tests|workers)/[\w./{},<>*-]*)`")
CHOICE = re.compile(r"\{([^{}]+)\}")


def missing_files(text: str) -> list[str]:
    """Paths that a text names and the house has not; `<key>` stands for any folder."""
    found = {path for match in NAMED.finditer(text) for path in _chosen(match[1])}
    return sorted(path for path in found if not any(ROOT.glob(path.rstrip("/"))))


def _chosen(path: str) -> list[str]:
    path = re.sub(r"<\w+>", "*", path)
    choice = CHOICE.search(path)
    if choice is None:
        return [path]
    return [path.replace(choice[0], each) for each in choice[1].split(",")]


def long_decisions(text: str) -> list[str]:
    """Titles of entries that say too much."""
    entries = [entry.strip().splitlines() for entry in re.split(r"\n##[^#].*\n|\n### ", text)[1:]]
    return [
        title
        for title, *lines in filter(None, entries)
        if len(list(filter(None, lines))) > MOST_LINES_OF_DECISIONS
    ]


def repeated(text: str) -> list[str]:
    """Entries of a list that stand in it twice, as two branches that took up the same one leave."""
    entries = [each.strip() for each in text.split("\n- ")[1:]]
    return [each for each, count in Counter(entries).items() if count > 1]


def out_of_order(text: str) -> list[str]:
    """Titles of decisions that stand behind a later day's of their subject."""
    subjects = [re.findall(r"^### (.+)$", each, re.MULTILINE) for each in text.split("\n## ")]
    pairs = chain.from_iterable(map(pairwise, subjects))
    return [title for before, title in pairs if title[:10] < before[:10]]


def floors_shown(text: str) -> list[set[str]]:
    """The floors of domain that a diagram shows, lowest first."""
    lines = text.split("lowest first:\n")[1].splitlines()
    shown = " ".join(takewhile(lambda line: line != "```", lines))
    return [set(re.findall(r"\w+", floor)) for floor in shown.split("→")]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_name_files_that_are_there(name: str) -> None:
    assert missing_files((ROOT / name).read_text()) == []


def test_a_file_that_is_not_there_is_caught() -> None:
    text = "Held by `tests/guards/test_{documents,dreams}.py`, `domain/networks/<key>/manifest.py`."

    assert missing_files(text) == ["tests/guards/test_dreams.py"]


def test_decisions_are_said_in_ten_lines() -> None:
    assert long_decisions((ROOT / "DECISIONS.md").read_text()) == []


def test_a_long_decision_is_caught() -> None:
    short, long = "### Short\n" + "a\n" * 10, "### Long\n" + "a\n" * 11
    text = f"# Decisions\n\n## Speed\n\n{short}\n## Media\n\n{long}"

    assert long_decisions(text) == ["Long"]


def test_decisions_stand_in_the_order_of_days() -> None:
    assert out_of_order((ROOT / "DECISIONS.md").read_text()) == []


def test_no_change_is_told_twice() -> None:
    assert repeated((ROOT / "CHANGELOG.md").read_text()) == []


def test_a_decision_out_of_order_and_a_change_told_twice_are_caught() -> None:
    speed = "## Speed\n\n### 2026-11-22 · A\n\n### 2026-11-24 · B\n\n### 2026-11-23 · C\n"
    decisions = f"# Decisions\n\n{speed}\n## Media\n\n### 2026-11-22 · D\n"

    assert out_of_order(decisions) == ["2026-11-23 · C"]
    assert repeated("## 0.1.0\n- One.\n- Two,\n  and more.\n- One.\n") == ["One."]


def test_the_readme_shows_the_floors_that_are_held() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    [held] = [each for each in contracts["contracts"] if each["id"] == "floors-of-domain"]
    floors = [set(layer.split(" | ")) for layer in reversed(held["layers"])]

    assert floors_shown((ROOT / "README.md").read_text()) == floors
