"""Rates are read in one place: no connector, job or dialect looks for them on its own."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.guards.sources import ROOT, modules

RATE = re.compile(r"retry[-_]after|rate-?limit-|ratelimit\b|-usage$|wait_seconds", re.IGNORECASE)
ONE_PLACE = "domain/connector/rates.py"
DIALECTS = "domain/connector/dialects/rate_"


def looking_for_rates(paths: Iterable[Path]) -> list[str]:
    """Lines of code that name a status, header or field which tells a rate."""
    return [
        f"{path}:{line}" for path in paths for line in sorted(_lines(ast.parse(path.read_text())))
    ]


def _lines(tree: ast.Module) -> Iterator[int]:
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=429):
                yield node.lineno
            case ast.Constant(value=str(text)) if id(node) not in prose and RATE.search(text):
                yield node.lineno
            case ast.AnnAssign(target=ast.Name(id=name)) if RATE.search(name):
                yield node.lineno


def test_rates_are_read_in_one_place() -> None:
    elsewhere = [
        path
        for path in modules("domain/connector", "domain/networks", "workers")
        if not str(path.relative_to(ROOT)).startswith((ONE_PLACE, DIALECTS))
    ]

    assert looking_for_rates(elsewhere) == []


def test_a_connector_that_reads_rates_is_caught(tmp_path: Path) -> None:
    sample = tmp_path / "wire.py"
    sample.write_text(
        '"""429 RateLimited, with Retry-After"""\n'
        "class Failure:\n"
        "    retry_after: float\n"
        "if reply.status == 429:\n"
        '    until = reply.headers["retry-after"]\n'
    )

    assert looking_for_rates([sample]) == [f"{sample}:{line}" for line in (3, 4, 5)]
