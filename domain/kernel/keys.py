"""JSON whose objects name each key once: else it is left open which one counts (RFC 8259, 4)."""

import json
from collections.abc import Iterable
from typing import Any


class KeyRepeated(ValueError):
    """The key."""


def read_once(raw: bytes | str) -> Any:  # noqa: ANN401 - any JSON
    """Raises `KeyRepeated`, and what `json.loads` raises."""
    return json.loads(raw, object_pairs_hook=_once)


def told(error: KeyRepeated) -> str:
    return f"An object names the key {json.dumps(error.args[0], ensure_ascii=False)} twice."


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise KeyRepeated(_repeated(name for name, _ in pairs))
    return found


def _repeated(names: Iterable[str]) -> str:
    """The first that came before. Each is looked at once: there may be a hundred thousand."""
    seen = set[str]()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    raise AssertionError("Every name is there once.")
