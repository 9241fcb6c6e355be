"""A state machine is drawn at the head of its file, and the drawing says what its table does."""

import ast
import re
from collections.abc import Mapping
from enum import StrEnum
from importlib import import_module
from pathlib import Path

from domain.workspaces.expiring import Expiring
from tests.guards.sources import ROOT, modules

Machine = set[tuple[str, ...]]
"""Steps: an old and a new state, with the act between them where acts are told apart."""

LINE = re.compile(r" *(\w+)(?:, (\w+))? → (\w+(?:, \w+)*)(?: {2,}\S.*)?")

MACHINES = 12
"""How many tables there are at least: a scan that finds none would agree with everything."""


class _State(StrEnum):
    ONE = "one"
    OTHER = "other"


class _Act(StrEnum):
    GO = "go"


def drawings(text: str) -> list[Machine]:
    """One for each block of lines such as `waiting → going, cancelled` or `open, time → expired`.

    Words after two spaces explain.
    """
    blocks: list[Machine] = [set()]
    for line in text.splitlines():
        if found := LINE.fullmatch(line):
            old, act, new = found.groups()
            start = (old, act) if act else (old,)
            blocks[-1] |= {(*start, state) for state in new.split(", ")}
        elif blocks[-1]:
            blocks.append(set())
    return [block for block in blocks if block]


def machine_of(value: object) -> Machine | None:
    """The steps of a table of transitions; None for anything else."""
    if isinstance(value, Expiring):
        return (machine_of(value.next) or set()) | {(value.open, "time", value.expired)}
    if not isinstance(value, Mapping) or not value:
        return None
    entries = [_steps(key, new) for key, new in value.items()]
    steps = [each for each in entries if each is not None]
    return {step for each in steps for step in each} if len(steps) == len(entries) else None


def _steps(key: object, new: object) -> Machine | None:
    """What one entry allows: `old: {new, …}` or `(old, act): new`."""
    match key, new:
        case (StrEnum(), set() | frozenset() | tuple() | list()):
            is_same = all(type(each) is type(key) for each in new)
            return {(key, state) for state in new} if is_same else None
        case ((StrEnum() as old, StrEnum() as act), StrEnum()) if type(old) is type(new):
            return {(old, act, new)}
    return None


def machines(path: Path) -> list[Machine]:
    """Of the tables that a file itself writes, in their order."""
    module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    written = re.findall(
        r"^(_?[A-Z]\w*)(?:: .+?)? = ", path.read_text(encoding="utf-8"), re.MULTILINE
    )
    found = (machine_of(getattr(module, name)) for name in written)
    return [each for each in found if each is not None]


def test_every_state_machine_is_drawn_as_its_table_says() -> None:
    found = {path: machines(path) for path in modules("domain") if path.name != "__init__.py"}
    tables = {path: each for path, each in found.items() if each}

    drawn = {path: drawings(head(path)) for path in tables}

    assert drawn == tables
    assert sum(len(each) for each in tables.values()) >= MACHINES


def head(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")), clean=False) or ""


def test_a_line_is_read_with_its_act_and_without_its_words() -> None:
    text = """States.

    waiting → going, cancelled    a worker claims it
    going → done

    open, time → expired
"""

    assert drawings(text) == [
        {("waiting", "going"), ("waiting", "cancelled"), ("going", "done")},
        {("open", "time", "expired")},
    ]


def test_a_table_is_known_by_what_it_holds() -> None:
    one, other = _State.ONE, _State.OTHER

    assert machine_of({one: frozenset({other}), other: ()}) == {("one", "other")}
    assert machine_of({(one, _Act.GO): other}) == {("one", "go", "other")}
    assert machine_of({one: other}) is None
    assert machine_of({one: (_Act.GO,)}) is None
