"""What the house asks of every file: a first line, reasons for exceptions, no machine's names."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from tests.guards.sources import FLOORS, ROOT, committed, modules

EXCEPTION = re.compile(
    r"#\s*(?:noqa(?::\s*[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*)?|type:\s*ignore(?:\[[a-z,\s-]+\])?)(.*)"
)
REASON_LETTERS = 3
MOST_LINES_OF_NETWORKS = 150
# Written in parts, so that this file names none of them.
HOSTS = (
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("npmjs", "org"),
    ("deb", "debian"),
    ("proxy", "golang"),
    ("crates", "io"),
    ("rubygems", "org"),
)
PATHS = ("root", "work", "home")
MACHINE = re.compile(
    "|".join(
        [
            *(r"\b" + r"\.".join(parts) + r"\b" for parts in HOSTS),
            r"(?<![\w.~/}-])/(?:" + "|".join(PATHS) + r")(?:/\w|\b(?=[\"'\s`]))",
        ]
    )
)


def without_first_line(paths: Iterable[Path]) -> list[str]:
    """Modules that do not say what they do."""
    return [str(path) for path in paths if not ast.get_docstring(ast.parse(path.read_text()))]


def without_reason(paths: Iterable[Path]) -> list[str]:
    """Exceptions from the linter or the type checker that do not say why."""
    return [
        f"{path}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (found := EXCEPTION.search(line))
        and len(re.findall(r"[a-zA-Z]", found[1])) < REASON_LETTERS
    ]


def naming_machines(paths: Iterable[Path]) -> list[str]:
    """Lines that name a package registry, or a folder of the machine they were written on."""
    return [
        f"{path}:{number}: {found[0]}"
        for path in paths
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), 1)
        if (found := MACHINE.search(line))
    ]


def longer_than(most: int, paths: Iterable[Path]) -> list[str]:
    """Files with more lines."""
    return [str(path) for path in paths if len(path.read_text().splitlines()) > most]


def test_every_file_of_a_network_is_short_enough_to_be_read_at_once() -> None:
    assert longer_than(MOST_LINES_OF_NETWORKS, modules("domain/networks")) == []


def test_a_long_file_is_caught(tmp_path: Path) -> None:
    short = _written(tmp_path / "short.py", "1\n" * MOST_LINES_OF_NETWORKS)
    long = _written(tmp_path / "long.py", "1\n" * (MOST_LINES_OF_NETWORKS + 1))

    assert longer_than(MOST_LINES_OF_NETWORKS, [short, long]) == [str(long)]


def test_every_module_says_what_it_does() -> None:
    assert without_first_line(modules(*FLOORS)) == []


def test_every_exception_from_the_checks_has_its_reason() -> None:
    paths = [path for path in modules(*FLOORS, "migrations", "tests") if path != Path(__file__)]

    assert without_reason(paths) == []


def test_no_file_names_a_registry_or_a_machine() -> None:
    assert naming_machines(committed()) == []


def test_a_module_without_a_first_line_is_caught(tmp_path: Path) -> None:
    silent = _written(tmp_path / "silent.py", "import os\n")
    said = _written(tmp_path / "said.py", '"""Counts sheep."""\n')

    assert without_first_line([silent, said]) == [str(silent)]


def test_an_exception_without_its_reason_is_caught(tmp_path: Path) -> None:
    lines = (
        "a = 1  # noqa",
        "b = 1  # noqa: S603",
        "c = 1  # type: ignore",
        "d = 1  # type: ignore[arg-type, misc]",
        "e = 1  # noqa: S603 - our own program",
        "f = 1  # type: ignore[arg-type]  # the library types it too narrowly",
    )
    path = _written(tmp_path / "found.py", "\n".join(lines))

    assert without_reason([path]) == [f"{path}:{number}" for number in (1, 2, 3, 4)]


def test_names_of_registries_and_machines_are_caught(tmp_path: Path) -> None:
    bad = ("https://" + ".".join(HOSTS[0]) + "/x", f'open("/{PATHS[0]}/notes")', f"cd /{PATHS[1]} ")
    good = ("/v1/workspace", f"a/{PATHS[1]}/b", "the root / work", ".parvis/home/x")
    path = _written(tmp_path / "found.txt", "\n".join((*bad, *good)))

    assert [found.split(": ")[0] for found in naming_machines([path])] == [
        f"{path}:{number}" for number in (1, 2, 3)
    ]


def test_the_files_looked_at_are_all_of_them() -> None:
    names = {str(path.relative_to(ROOT)) for path in committed()}

    assert {"parvis", "pyproject.toml", "domain/kernel/ids.py", "openapi/openapi.json"} <= names


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path
