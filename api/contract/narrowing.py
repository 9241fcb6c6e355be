"""Whether a schema takes less than it did, or shows less: as sentences without their subject."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

Json = dict[str, Any]
MOST, LEAST = ("maxLength", "maxItems", "maximum"), ("minLength", "minItems", "minimum")
ENDLESS = float("inf")


class Way(Enum):
    """Which way a value goes."""

    ASKED = auto()
    ANSWERED = auto()


@dataclass(frozen=True)
class Schemas:
    """Those of two documents, the old one first."""

    old: Json
    new: Json

    def breaks(
        self, at: str, before: Json, after: Json, way: Way, seen: frozenset[str] = frozenset()
    ) -> Iterator[str]:
        """What of the value `at` a client of the old schema would miss, all the way down."""
        name = before.get("$ref", "")
        if name and name in seen:
            return
        seen |= {name}
        before, after = _resolved(self.old, before), _resolved(self.new, after)
        yield from _narrowed(at, before, after, way)
        yield from _fields(at, before, after, way)
        had, has = before.get("properties", {}), after.get("properties", {})
        for field in had.keys() & has.keys():
            yield from self.breaks(f"{at}.{field}", had[field], has[field], way, seen)
        if "items" in before and "items" in after:
            yield from self.breaks(f"{at}[]", before["items"], after["items"], way, seen)
        for one, other in _variants(before, after):
            yield from self.breaks(at, one, other, way, seen)


def _fields(at: str, before: Json, after: Json, way: Way) -> Iterator[str]:
    """Fields that are gone, asked for, or sure no longer."""
    had, has = before.get("properties", {}).keys(), after.get("properties", {}).keys()
    needed, needs = set(before.get("required", ())), set(after.get("required", ()))
    if way is Way.ASKED:
        yield from (f"no longer takes `{at}.{field}`" for field in had - has)
        yield from (f"asks for `{at}.{field}`" for field in needs - needed)
    else:
        yield from (f"no longer shows `{at}.{field}`" for field in had - has)
        yield from (f"may leave `{at}.{field}` out" for field in (needed - needs) & has)


def _narrowed(at: str, before: Json, after: Json, way: Way) -> Iterator[str]:
    """The types, words, form and bounds of one value."""
    had, has = _kinds(before), _kinds(after)
    if not (had <= has if way is Way.ASKED else has <= had):
        yield f"has another type for `{at}`"
        return
    if way is Way.ANSWERED:
        if before.get("format") != after.get("format"):
            yield f"writes `{at}` in another form"
        return
    words: list[Any] = before.get("enum", [])
    kept = after.get("enum", words)
    yield from (f"no longer takes `{word}` as `{at}`" for word in words if word not in kept)
    if "enum" in after and "enum" not in before:
        yield f"takes some words only as `{at}`"
    if after.get("pattern") not in {None, before.get("pattern")}:
        yield f"takes `{at}` in another form"
    if any(after.get(name, ENDLESS) < before.get(name, ENDLESS) for name in MOST) or any(
        after.get(name, -ENDLESS) > before.get(name, -ENDLESS) for name in LEAST
    ):
        yield f"has tighter bounds for `{at}`"


def _kinds(schema: Json) -> set[str]:
    """The types that a value may have; null is one."""
    if "$ref" in schema or "properties" in schema:
        return {"object"}
    own = schema.get("type", [])
    found = {own} if isinstance(own, str) else set(own)
    return found | {kind for one in schema.get("anyOf", ()) for kind in _kinds(one)}


def _variants(before: Json, after: Json) -> Iterator[tuple[Json, Json]]:
    """Alternatives that stand in both, by what they are."""
    others = {_kind_of(one): one for one in after.get("anyOf", ())}
    for one in before.get("anyOf", ()):
        if _kind_of(one) in others:
            yield one, others[_kind_of(one)]


def _kind_of(schema: Json) -> str:
    return str(schema.get("$ref") or schema.get("type"))


def _resolved(document: Json, schema: Json) -> Json:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Json = document["components"]["schemas"][name] if name else schema
    return found
