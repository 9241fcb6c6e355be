"""What differs between two things that are said, each laid flat: its values by JSON pointer."""

import json
from collections.abc import Mapping
from typing import Any

from domain.posts.comparing import Piece, pieces, replaced
from domain.posts.version_shapes import DifferenceView, PieceView

TEXTS = frozenset({"title", "text", "parts", "content_warning", "first_comment"})
MOST_COMPARED = 20_000
"""Characters that one comparison lays side by side; texts beyond stand whole, old and new."""
Flat = dict[str, str | None]


def differences(first: Flat, second: Flat) -> list[DifferenceView]:
    """By pointer; long texts keep a core busy for a while, so not on the event loop."""
    found, room = [], MOST_COMPARED
    for pointer in sorted(first.keys() | second.keys()):
        one, other = first.get(pointer), second.get(pointer)
        if one == other:
            continue
        laid: list[Piece] = []
        if not TEXTS.isdisjoint(pointer.split("/")):
            texts = one or "", other or ""
            size = sum(map(len, texts))
            laid = pieces(*texts) if size <= room else replaced(*texts)
            room -= min(size, room)
        shown = [PieceView(kind=kind, text=text) for kind, text in laid]
        found.append(DifferenceView(pointer=pointer, before=one, after=other, pieces=shown))
    return found


def flat(at: str, said: Mapping[str, Any]) -> Flat:
    """What somebody says, below `at`: each message by itself."""
    texts = {f"{at}/parts/{number}": text for number, text in enumerate(said["parts"] or ())}
    rest = {f"{at}/{name}": told(value) for name, value in said.items() if name != "parts"}
    return texts | rest


def told(value: Any) -> str | None:  # noqa: ANN401 - JSON
    return value if value is None or isinstance(value, str) else json.dumps(value)


def step(name: str) -> str:
    """Of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")
