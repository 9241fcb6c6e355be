"""JSON whose objects name each key once: else it is left open which one counts (RFC 8259, 4)."""

import json
from collections.abc import Iterable
from typing import Any

from fastapi import Request

from domain.kernel.errors import BodyMalformed


class KeyRepeated(ValueError):
    """The key."""


class Once(Request):
    """A request whose JSON body is refused where an object names a key twice."""

    async def json(self) -> Any:  # noqa: ANN401 - any JSON, as starlette has it
        if not hasattr(self, "_json"):
            try:
                self._json = read_once(await self.body())
            except KeyRepeated as error:
                raise BodyMalformed(told(error)) from None
        return self._json


def once(request: Request) -> Once:
    """The request so. One whose body is read already must be one: it can be read no second time."""
    return request if isinstance(request, Once) else Once(request.scope, request.receive)


def read_once(raw: bytes) -> Any:  # noqa: ANN401 - any JSON
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
