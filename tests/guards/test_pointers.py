"""What is refused for one place of what was sent says which: every raise gives a pointer."""

import ast
from collections.abc import Iterator
from pathlib import Path

from api.errors import kinds
from domain.kernel.errors import AlreadyExists, IdTaken, Invalid, MoveRefused, ParvisError
from tests.guards.sources import ROOT, modules

ABOUT_A_PLACE = frozenset(
    kind.__name__ for kind in (*kinds(Invalid), AlreadyExists, IdTaken, MoveRefused)
)
POINTED = {"at", "faults"}
WITHOUT = {
    "api/graph/node.py": "the argument is named by who reads it",
    "api/oauth": "pages, and requests that OAuth itself gives a form",
    "domain/accounts/shapes.py": "who reads a field names it",
    "domain/approvals/service.py": "what the post says is under review already",
    "domain/imports/files.py": "the file is no JSON, and its rows are pointed at",
    "domain/kernel/clock.py": "who reads a field names it",
    "domain/kernel/ids.py": "as above",
    "domain/people": "pages",
    "domain/posts/adaptations.py": "network, locale, segment and tone together are there already",
    "domain/posts/judging.py": "the post itself has no account",
    "domain/upkeep/proposing.py": "an update waits already",
    "domain/workspaces/accepting.py": "pages",
}
"""Where an error of these kinds is about no one place of a body, each with its reason."""


def unpointed(source: str) -> Iterator[str]:
    """Errors about a place that are raised without saying which."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Raise) and node.exc is not None:
            called = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            given = node.exc.keywords if isinstance(node.exc, ast.Call) else []
            name = ast.unparse(called).rpartition(".")[2]
            if name in ABOUT_A_PLACE and not POINTED & {each.arg for each in given}:
                yield name


def _excused(path: Path) -> str | None:
    name = str(path.relative_to(ROOT))
    return next((place for place in WITHOUT if name.startswith(place)), None)


def test_every_refusal_of_one_place_says_which() -> None:
    silent = {path: set(unpointed(path.read_text())) for path in modules("api", "domain")}

    found = {path: names for path, names in silent.items() if names}
    assert {path: names for path, names in found.items() if _excused(path) is None} == {}
    assert {_excused(path) for path in found} == WITHOUT.keys()


def test_a_refusal_that_says_no_place_is_caught() -> None:
    source = (
        "def act():\n"
        "    raise Misfit('No.')\n"
        "    raise errors.ZoneUnknown from None\n"
        "    raise TimePast(at='/wall_time')\n"
        "    raise Misfit(faults=faults)\n"
        "    raise NotFound\n"
    )

    assert list(unpointed(source)) == ["Misfit", "ZoneUnknown"]


def test_an_error_with_a_place_is_its_own_fault() -> None:
    error = AlreadyExists("It is taken.", at="/name")

    [fault] = error.faults
    assert (fault.pointer, fault.code, fault.message) == ("/name", error.code, "It is taken.")
    assert ParvisError("It broke.").faults == ()
