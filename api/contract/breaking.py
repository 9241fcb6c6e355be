"""What in a new contract breaks clients of the old one, as sentences; new things break nobody.

What clients send may only be taken more widely. What they get may gain fields and words, and lose
none: clients are told to ignore those that they do not know.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import build_schema, find_breaking_changes

from api.contract.describe import Json, operations
from api.contract.narrowing import Schemas, Way


def breaks_of_graph(old: str, new: str) -> list[str]:
    """Of two schemas of GraphQL; what only may surprise is left out."""
    found = find_breaking_changes(build_schema(old), build_schema(new))
    return sorted(change.description for change in found)


def breaks_of_rest(old: Json, new: Json) -> list[str]:
    """Of two documents of OpenAPI."""
    kept = {(path, method): operation for path, method, operation in operations(new)}
    comparison = _Comparison(Schemas(old, new))
    found = set()
    for path, method, operation in operations(old):
        place, now = f"`{method.upper()} {path}`", kept.get((path, method))
        if now is None:
            found.add(f"{place} is gone.")
        else:
            found |= {f"{place} {what}." for what in comparison.breaks(operation, now)}
    return sorted(found)


@dataclass(frozen=True)
class _Comparison:
    """Of one operation as it was and as it is."""

    schemas: Schemas

    def breaks(self, before: Json, after: Json) -> Iterator[str]:
        if before["operationId"] != after["operationId"]:
            yield f"is called `{after['operationId']}` and no longer `{before['operationId']}`"
        yield from (f"needs `{scope}`" for scope in _scopes(after) - _scopes(before))
        yield from self._parameters(before, after)
        yield from self._body(before.get("requestBody", {}), after.get("requestBody", {}))
        for status, answer in before["responses"].items():
            if status.startswith("2") and "$ref" not in answer:
                yield from self._answer(status, answer, after["responses"].get(status))

    def _parameters(self, before: Json, after: Json) -> Iterator[str]:
        had, has = _parameters(before), _parameters(after)
        yield from (f"no longer takes `{name}`" for _, name in had.keys() - has.keys())
        for place, parameter in has.items():
            was = had.get(place, {})
            if parameter.get("required") and not was.get("required"):
                yield f"asks for `{place[1]}`"
            if was:
                yield from self.schemas.breaks(
                    place[1], was["schema"], parameter["schema"], Way.ASKED
                )

    def _body(self, before: Json, after: Json) -> Iterator[str]:
        had, has = _content(before), _content(after)
        yield from (f"no longer takes `{kind}`" for kind in had.keys() - has.keys())
        if after.get("required") and not before.get("required"):
            yield "asks for a body"
        for kind in had.keys() & has.keys():
            yield from self.schemas.breaks("body", had[kind], has[kind], Way.ASKED)

    def _answer(self, status: str, before: Json, after: Json | None) -> Iterator[str]:
        if after is None:
            yield f"no longer answers {status}"
            return
        gone = before.get("headers", {}).keys() - after.get("headers", {}).keys()
        yield from (f"no longer sends `{name}`" for name in gone)
        had, has = _content(before), _content(after)
        yield from (f"no longer answers `{kind}`" for kind in had.keys() - has.keys())
        for kind in had.keys() & has.keys():
            yield from self.schemas.breaks("answer", had[kind], has[kind], Way.ANSWERED)


def _parameters(operation: Json) -> dict[tuple[str, str], Json]:
    return {(each["in"], each["name"]): each for each in operation.get("parameters", [])}


def _content(holder: Json) -> dict[str, Json]:
    return {kind: each.get("schema", {}) for kind, each in holder.get("content", {}).items()}


def _scopes(operation: Json) -> set[str]:
    ways = operation.get("security", [])
    return {scope for way in ways for scopes in way.values() for scope in scopes}
