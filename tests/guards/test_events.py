"""Whatever writes an event names a declared kind, and every declared kind is written."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Table
from sqlmodel import SQLModel

from domain.events.kinds import EventKind
from domain.events.subjects import SubjectKind
from domain.kernel.ids import BY_KIND
from tests.guards.sources import FLOORS, ROOT, load_tables, modules

TABLE = ROOT / "domain" / "events" / "kinds.py"
RECORDS = {"record": 2, "record_change": 2}
"""Where the kind stands in a call."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Writers:
    """Functions of a module that write events, and those that hand a kind on to them."""

    tree: ast.Module
    by_name: dict[str, int] = field(default_factory=lambda: dict(RECORDS))
    kinds: list[tuple[int, str]] = field(default_factory=list)
    """Patterns of what is written, by line."""

    def __post_init__(self) -> None:
        # Once: the modules are read again until no more functions are found.
        nodes = list(ast.walk(self.tree))
        self._imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
        self._calls = [
            (node, call, call.func.id)
            for node in nodes
            if isinstance(node, Function)
            for call in ast.walk(node)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        ]

    def read(self, others: "Mapping[str, Writers]") -> None:
        self.kinds = []
        for node in self._imports:
            if (node.module or "") in others:
                there = others[node.module or ""].by_name
                names = {each.name for each in node.names} & there.keys()
                self.by_name |= {name: there[name] for name in names}
        for function, call, name in self._calls:
            place = self.by_name.get(name)
            if place is not None and place < len(call.args):
                self._read(function, call, call.args[place])

    def _read(self, function: Function, call: ast.Call, kind: ast.expr) -> None:
        parameters = [each.arg for each in function.args.args]
        if isinstance(kind, ast.Name) and kind.id in parameters:
            self.by_name[function.name] = parameters.index(kind.id)
        else:
            self.kinds += ((call.lineno, each) for each in _patterns(kind, function))


def _patterns(kind: ast.expr, function: Function) -> Iterator[str]:
    """Regular expressions that each kind a call may write fits."""
    match kind:
        case ast.Constant(value=str(text)):
            yield re.escape(text)
        case ast.JoinedStr(values=values):
            yield "".join(_piece(each) for each in values)
        case ast.IfExp(body=one, orelse=other):
            yield from _patterns(one, function)
            yield from _patterns(other, function)
        case ast.Name(id=name):
            for each in ast.walk(function):
                match each:
                    case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                        yield from _patterns(value, function)


def _piece(value: ast.expr) -> str:
    return re.escape(str(value.value)) if isinstance(value, ast.Constant) else "[a-z_]+"


def undeclared(sources: Mapping[str, str]) -> list[str]:
    """Where a kind is written that the table does not have, by module."""
    found = {name: Writers(ast.parse(source)) for name, source in sources.items()}
    known = -1
    while known != (known := sum(len(each.by_name) for each in found.values())):
        for each in found.values():
            each.read(found)
    return [
        f"{name}:{line}: {kind}"
        for name, each in found.items()
        for line, kind in each.kinds
        if not any(re.fullmatch(kind, declared) for declared in EventKind)
    ]


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def unwritten(paths: Iterable[Path]) -> set[str]:
    """Declared kinds that no text, nor any that is put together, spells."""
    left = {str(each) for each in EventKind}
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Constant(value=str(text)):
                    left.discard(text)
                case ast.JoinedStr(values=[_, _]):
                    pattern = "".join(map(_piece, node.values))
                    left -= {kind for kind in left if re.fullmatch(pattern, kind)}
    return left


def test_every_writer_names_declared_kinds() -> None:
    sources = {_module(path): path.read_text() for path in modules(*FLOORS)}

    assert undeclared(sources) == []


def test_every_declared_kind_is_written() -> None:
    assert unwritten(path for path in modules(*FLOORS) if path != TABLE) == set()


def test_subjects_are_things_with_ids_and_something_happens_to_each() -> None:
    assert set(SubjectKind) <= BY_KIND.keys()
    assert {subject for kind in EventKind for subject in kind.subjects} == set(SubjectKind)


def untold(tables: Iterable[Table], told: Mapping[str, str]) -> list[str]:
    """What goes with something else, and is not named by the one event that tells of it."""
    pairs = {
        (_subject(key.referred_table.name), _subject(table.name))
        for table in tables
        for key in table.foreign_key_constraints
        # Whose end is a moment of its row takes nothing with it.
        if key.ondelete == "CASCADE" and "removed_at" not in key.referred_table.columns
    }
    return sorted(
        f"{end}: {child}"
        for parent, child in pairs
        for end in (f"{parent}.removed", f"{parent}.revoked")
        if parent and child and end in told and f"{child.replace('_', ' ')}s" not in told[end]
    )


def _subject(table: str) -> str | None:
    """What events call its rows; None: they tell of none."""
    return next((kind for kind in SubjectKind if table in {kind, f"{kind}s"}), None)


def test_the_end_of_a_thing_names_what_goes_with_it() -> None:
    """Nothing else tells of it: whoever follows the log would keep it for ever."""
    load_tables()

    told = {kind.value: kind.told for kind in EventKind}

    assert untold(SQLModel.metadata.tables.values(), told) == []


def test_an_end_that_names_nothing_of_what_goes_with_it_is_caught() -> None:
    load_tables()

    found = untold(SQLModel.metadata.tables.values(), {"calendar.removed": "It is gone."})

    assert found == [
        f"calendar.removed: {kind}"
        for kind in ("calendar_feed", "import", "pause", "pillar", "slot")
    ]


def test_a_writer_of_an_undeclared_kind_is_caught() -> None:
    making = (
        "from domain.telling import tell\n"
        "def make(session, caller, row):\n"
        "    record(session, caller, 'post.created', row)\n"
        "    record(session, caller, 'post.dreamt', row)\n"
        "    kind = 'idea.changed' if row else 'idea.dreamt'\n"
        "    record_change(session, caller, kind, row)\n"
        "    record(session, caller, f'dream.{row}', row)\n"
        "    tell(session, 'media.dreamt')\n"
    )
    telling = "def tell(session, kind):\n    record(session, None, kind, None)\n"

    assert undeclared({"domain.making": making, "domain.telling": telling}) == [
        r"domain.making:4: post\.dreamt",
        r"domain.making:6: idea\.dreamt",
        r"domain.making:7: dream\.[a-z_]+",
        r"domain.making:8: media\.dreamt",
    ]
