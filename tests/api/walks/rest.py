"""Requests that name things of another workspace, for every place of the contract that takes an id.

An example that succeeds is the pattern: its own ids are those of the walker's workspace, and one
place after the other, those that the example leaves out too, gets another workspace's id.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from api.contract.examples import Json
from tests.api.examples.performing import GRAPHQL, SENT, Operation
from tests.furnished import HEX, ID, named, with_ids

Pointer = tuple[str | int, ...]
PATTERN = re.compile(r"\^(\w+?)_\[0-9a-f\]\{32\}\$")
PLACES = frozenset("4567")
"""Last digits of ids that stand for something in the furnished workspace."""

NEW = {"post": 7}
"""Which place stands for what an earlier step has just made, where it is not the fourth."""


@dataclass(frozen=True)
class Visit:
    """One request, in the words of examples; `foreign` is the id that is to be another's."""

    operation: str
    place: Pointer
    step: Json
    foreign: str

    @property
    def title(self) -> str:
        return f"{self.operation} {'/'.join(map(str, self.place))}"

    @property
    def pointer(self) -> str:
        """Where a refusal must say that the id stands; empty for the path, which says it itself."""
        where, *way = self.place
        return "".join(f"/{each}" for each in way) if where == "body" else ""

    def sent(self, own: Mapping[str, str], other: Mapping[str, str]) -> Json:
        """The request with one workspace's ids and, in its place, the other's."""
        step = with_ids({name: self.step[name] for name in SENT if name in self.step}, own)
        put(step, self.place, with_ids(_at(self.step, self.place), {**own, **self._one(other)}))
        return step

    def _one(self, other: Mapping[str, str]) -> dict[str, str]:
        return {self.foreign: other[self.foreign]}


def patterns(told: Iterable[Json], operations: Mapping[str, Operation]) -> Iterator[Json]:
    """Examples that succeed, each standing for itself: it names nothing that earlier ones made."""
    for step in told:
        if step["operation"] in operations.keys() - {GRAPHQL} and 200 <= step["status"] < 300:
            yield _alone(step)


def _alone(step: Json) -> Json:
    sent = deepcopy({name: step[name] for name in SENT if name in step})
    if isinstance(sent.get("body"), dict):
        # A client-made id of a new thing names nothing yet.
        sent["body"].pop("id", None)
    headers = sent.get("headers", {})
    headers.pop("Idempotency-Key", None)
    if "If-Match" in headers:
        headers["If-Match"] = "*"
    said = {found[0]: found[1] for found in ID.finditer(str(sent))}
    made = {id_: named(p, NEW.get(p, 4)) for id_, p in said.items() if not stands_here(id_)}
    about = {name: step[name] for name in ("operation", "acts_for", "scopes") if name in step}
    return about | with_ids(sent, made)


def stands_here(id_: str) -> bool:
    """Whether an example says by it a thing of the furnished workspace, and no new one."""
    return HEX in id_ and id_[-1] in PLACES


def visits(document: Json, operation: Operation, step: Json) -> Iterator[Visit]:
    """One for each place of the operation that takes an id."""
    name, described = step["operation"], operation.described
    for found in ID.finditer(step["path"]):
        yield Visit(name, ("path",), step, found[0])
    for parameter in described.get("parameters", []):
        prefix = _prefix(parameter["schema"])
        if prefix is not None and parameter["in"] == "query":
            yield _visit(name, step, ("query", parameter["name"]), named(prefix))
    for content in described.get("requestBody", {}).get("content", {}).values():
        for place, wanted in _ids_in(document, content["schema"], step.get("body"), ("body",)):
            if place != ("body", "id"):
                yield _visit(name, step, place, wanted)


def _visit(name: str, step: Json, place: Pointer, wanted: Any) -> Visit:
    more = deepcopy(step)
    put(more, place, wanted)
    found = ID.search(str(wanted))
    assert found is not None
    return Visit(name, place, more, found[0])


def _ids_in(document: Json, schema: Json, body: Any, at: Pointer) -> Iterator[tuple[Pointer, Any]]:
    """Places in a body that take an id, or a list of them, and what to put there."""
    schema = _resolved(document, schema)
    for each in schema.get("anyOf", []):
        yield from _ids_in(document, each, body, at)
    prefix = _prefix(schema)
    if prefix is not None:
        yield at, [named(prefix)] if schema.get("type") == "array" else named(prefix)
    elif isinstance(body, list) and "items" in schema:
        for place, each in enumerate(body):
            yield from _ids_in(document, schema["items"], each, (*at, place))
    elif isinstance(body, dict):
        for name, field in schema.get("properties", {}).items():
            yield from _ids_in(document, field, body.get(name), (*at, name))


def _prefix(schema: Json) -> str | None:
    """Of an id, or of a list of ids."""
    found = PATTERN.fullmatch(schema.get("items", schema).get("pattern", ""))
    return found[1] if found else None


def _resolved(document: Json, schema: Json) -> Json:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Json = document["components"]["schemas"][name] if name else schema
    return found


def put(step: Json, place: Pointer, value: Any) -> None:
    """Sets what stands at a place, making the query or body it stands in."""
    *way, last = place
    node: Any = step
    for each in way:
        node = node.setdefault(each, {}) if isinstance(node, dict) else node[each]
    node[last] = value


def _at(step: Json, place: Pointer) -> Any:
    node: Any = step
    for each in place:
        node = node[each]
    return node


def shows_nothing(found: Any) -> bool:
    """Whether an answer is that of a list or a series in which nothing stands."""
    if isinstance(found, dict):
        if found.keys() & THINGS:
            return False
        return all(shows_nothing(each) for name, each in found.items() if name not in OF_ALL)
    if isinstance(found, list):
        return all(shows_nothing(each) for each in found)
    return isinstance(found, str | bool) or not found


THINGS = frozenset({"id", "__typename", "post_id", "account_id", "postId", "accountId"})
"""What says that an object is a thing of somebody's."""
OF_ALL = frozenset({"days", "counted"})
"""What a series says whether or not there is anything in it."""
