"""Whoever can run any SQL can set the tenant: one line of our code does, and leaves nothing behind.

What callers send chooses nothing: `tests/api/test_tenancy.py`.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.guards.sources import FLOORS, ROOT, modules

SETTING = "parvis.workspace"
SETTERS = {"domain/kernel/database.py"}
LASTING = re.compile(
    r"\bWITH HOLD\b|\bCREATE\s+(?:LOCAL\s+)?TEMP|\bSET\s+(?:SESSION\s+)?parvis\.", re.IGNORECASE
)


def setting(paths: Iterable[Path]) -> set[str]:
    """Modules with a string in which the setting is written (docstrings left out)."""
    return {
        str(path.relative_to(ROOT)) for path in paths for text in strings(path) if SETTING in text
    }


def strings(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    said = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def lasting(paths: Iterable[Path]) -> list[str]:
    """SQL that would leave something on a connection after its transaction."""
    return [f"{path}: {text}" for path in paths for text in strings(path) if LASTING.search(text)]


def test_one_module_sets_the_tenant() -> None:
    assert setting(modules(*FLOORS)) == SETTERS


def test_nothing_is_left_on_a_connection() -> None:
    assert lasting(modules(*FLOORS)) == []


def test_what_would_be_left_is_caught(tmp_path: Path) -> None:
    path = tmp_path / "found.py"
    path.write_text(
        '"""CREATE TEMP TABLE said, not done."""\n'
        'A = "DECLARE c CURSOR WITH HOLD FOR SELECT 1"\n'
        'B = "create temp table t (a int)"\n'
        'C = "SET parvis.workspace = 1"\n'
        'D = "SELECT set_config"\n'
    )

    assert len(lasting([path])) == 3
