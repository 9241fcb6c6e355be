"""What the contracts promised: those of the last release, or what was committed before now."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from api.contract.breaking import breaks_of_graph, breaks_of_rest

REST, GRAPH, CHANGES = "openapi/openapi.json", "openapi/schema.graphql", "openapi/CHANGELOG.md"
_LOOKED_BACK = 20


def broken_promises(wanted: Mapping[str, str], root: Path) -> list[str]:
    """What breaks clients and stands in no line of openapi/CHANGELOG.md."""
    rest, graph = (contract_before(name, wanted[name], root) for name in (REST, GRAPH))
    found = breaks_of_rest(json.loads(rest), json.loads(wanted[REST])) if rest else []
    found += breaks_of_graph(graph, wanted[GRAPH]) if graph else []
    named = (root / CHANGES).read_text()
    return [each for each in found if each not in named]


def contract_before(name: str, now: str, root: Path) -> str | None:
    """The text that `now` is held against; None where git knows of none.

    Until something is released, each step is held against the one before it: the newest committed
    text that differs.
    """
    released = _git(root, "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*")
    if released is not None:
        return _git(root, "show", f"{released.strip()}:{name}")
    return next((text for text in _committed(name, root) if text != now), None)


def _committed(name: str, root: Path) -> Iterator[str]:
    """The texts of a file, newest first."""
    found = _git(root, "log", f"-{_LOOKED_BACK}", "--format=%H", "--", name) or ""
    for commit in found.split():
        text = _git(root, "show", f"{commit}:{name}")
        if text is not None:
            yield text


def _git(root: Path, *command: str) -> str | None:
    """What git prints; None where it is missing or knows nothing of what it is asked."""
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            ["git", *command],  # noqa: S607 - whichever git the machine has
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
