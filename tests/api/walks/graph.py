"""The same walk through the graph: inputs by the examples of REST, queries by their arguments."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_required_argument,
)
from pydantic.alias_generators import to_camel, to_snake

from api.contract.examples import Json
from api.contract.operations import scopes_of
from api.graph import node
from api.graph.arguments import OTHER_NAMES, PREFIX_OF
from api.graph.changes import Mutation
from api.graph.schema import RESOURCES, core
from domain.kernel.caller import Scope
from tests.furnished import ID, named, with_ids

TOLD_PREFIX = re.compile(r"`(\w+)_…`")
DEPTH = 3
FILLED = {
    "DateTime": "2026-11-23T00:00:00Z",
    "Date": "2026-11-23",
    "String": "sandbox",
    "Int": 10,
    "Boolean": True,
}
"""What required arguments are given, by their type."""
LATER = {"until": "2026-11-24T00:00:00Z"}
"""And by their name, where two must differ."""
MUTATIONS: dict[str, Mutation] = {
    mutation.name: mutation for resource in RESOURCES for mutation in resource.MUTATIONS
}
MUTATION_FIELDS: dict[str, GraphQLField] = core.mutation_type.fields if core.mutation_type else {}
QUERIES: dict[str, GraphQLField] = core.query_type.fields if core.query_type else {}
JUDGED = {name for name, field in QUERIES.items() if "input" in field.args}
"""Queries that take a command and store nothing."""
ID_IN_PATH = re.compile(r"/(\w+_[0-9a-f]{32})")


@dataclass(frozen=True)
class Question:
    """One field of the root, with the variables it is asked with, in the words of examples."""

    field: str
    document: str
    variables: Json
    foreign: str = ""
    """The id that is to be another's."""

    def abroad(self, own: Mapping[str, str], other: Mapping[str, str]) -> "Question":
        """The question about one thing of the other workspace, the rest of the own."""
        return self.of({**own, self.foreign: other[self.foreign]})

    def of(self, ids: Mapping[str, str]) -> "Question":
        """The same question about other ids."""
        return replace(self, variables=with_ids(self.variables, ids))

    @property
    def named(self) -> dict[str, str]:
        """The ids it names, each with its prefix."""
        return {found[0]: found[1] for found in ID.finditer(str(self.variables))}


def asks_the_graph(operation: str) -> bool:
    """Whether the graph has a field for it that takes an input."""
    return operation in MUTATIONS or to_camel(operation) in JUDGED


def change(step: Json) -> Question:
    """The field that is called as an operation of REST, for a request of that one."""
    name, mutation = to_camel(step["operation"]), MUTATIONS.get(step["operation"])
    kind = get_named_type((MUTATION_FIELDS | QUERIES)[name].args["input"].type)
    assert isinstance(kind, GraphQLInputObjectType)
    given = dict(step.get("body") or {})
    if mutation is not None and mutation.prefix is not None:
        given[mutation.id_name] = ID_IN_PATH.findall(step["path"])[0]
    if "expectedVersion" in kind.fields:
        given["expected_version"] = 1
    head = "query" if mutation is None else "mutation"
    shown = "{ __typename }" if mutation is None else "{ __typename ... on Error { code message } }"
    document = f"{head} ($input: {kind.name}!) {{ {name}(input: $input) {shown} }}"
    return Question(name, document, {"input": _input(given, kind)})


def _input(given: Any, kind: GraphQLNamedType) -> Any:
    """A command of REST as the input of a mutation."""
    if isinstance(given, list):
        return [_input(each, kind) for each in given]
    if isinstance(kind, GraphQLInputObjectType) and isinstance(given, dict):
        return {
            to_camel(name): _input(each, get_named_type(kind.fields[to_camel(name)].type))
            for name, each in given.items()
        }
    if isinstance(kind, GraphQLEnumType) and given is not None:
        return _word(kind, given)
    return given


def _word(kind: GraphQLEnumType, said: str) -> str:
    """The member of an enum whose description names the word of REST."""
    words: dict[str, Any] = dict(kind.values)
    return next(word for word, each in words.items() if f"`{said}`" in each.description)


def questions() -> Iterator[Question]:
    """Every field of the root that takes an id, once for each argument that does."""
    for name, field in QUERIES.items():
        for argument, one in field.args.items():
            for prefix in _prefixes(name, argument, one):
                wanted = named(prefix)
                value = [wanted] if _is_list(one) else wanted
                yield _ask(name, field, {argument: value}, wanted)


def bare_question(name: str, field: GraphQLField) -> Question:
    """A field of the root with what it needs alone."""
    return _ask(name, field, {})


def _ask(name: str, field: GraphQLField, given: Json, foreign: str = "") -> Question:
    chosen = {
        argument: one
        for argument, one in field.args.items()
        if argument in given or is_required_argument(one)
    }
    variables = {
        argument: given[argument] if argument in given else _filled(name, argument, one)
        for argument, one in chosen.items()
    }
    declared = ", ".join(f"${argument}: {one.type}" for argument, one in chosen.items())
    passed = ", ".join(f"{argument}: ${argument}" for argument in chosen)
    shown = _selection(get_named_type(field.type), DEPTH)
    call = f"{name}({passed})" if passed else name
    head = f"query ({declared})" if declared else "query"
    return Question(name, f"{head} {{ {call} {shown} }}", variables, foreign)


def _prefixes(name: str, argument: str, one: GraphQLArgument) -> Iterator[str]:
    """The kinds of ids that an argument takes; none where it takes no id."""
    if get_named_type(one.type).name != "ID":
        return
    if name in {"node", "nodes"}:
        yield from node.KINDS
        return
    told = TOLD_PREFIX.search(one.description or "") if argument == "id" else None
    kind = to_snake(argument).removesuffix("_ids").removesuffix("_id")
    yield told[1] if told else OTHER_NAMES.get(to_snake(argument)) or PREFIX_OF[kind]


def _is_list(one: GraphQLArgument) -> bool:
    return isinstance(get_nullable_type(one.type), GraphQLList)


def _filled(name: str, argument: str, one: GraphQLArgument) -> Any:
    for prefix in _prefixes(name, argument, one):
        return [named(prefix)] if _is_list(one) else named(prefix)
    if argument in LATER:
        return LATER[argument]
    kind = get_named_type(one.type)
    if isinstance(kind, GraphQLEnumType):
        value: Any = next(iter(kind.values))
    else:
        value = FILLED[kind.name]
    return [value] if _is_list(one) else value


def _selection(kind: GraphQLNamedType, depth: int) -> str:
    """Everything a thing shows without being asked for more; nothing for a scalar."""
    if is_leaf_type(kind):
        return ""
    if not isinstance(kind, GraphQLObjectType) or depth == 0:
        return "{ __typename }"
    shown = [
        f"{name} {_selection(get_named_type(field.type), depth - 1)}"
        for name, field in kind.fields.items()
        if name != "edges" and not field.args and not _is_edge(kind, field)
    ]
    return f"{{ {' '.join(shown)} }}"


def _is_edge(kind: GraphQLObjectType, field: GraphQLField) -> bool:
    """Whether a field leads on to another thing by a relation: that one is asked by itself."""
    is_thing = isinstance(get_named_type(field.type), GraphQLObjectType)
    return is_thing and any(each.name == "Node" for each in kind.interfaces)


def scope_of(field: GraphQLField) -> Scope | None:
    """The scope that a field's description says is needed."""
    found = scopes_of({"description": field.description or ""})
    return Scope(found[0]) if found else None


def answer_of(question: Question, body: Json) -> tuple[Any, str | None]:
    """What a field answered, and its code where it was refused."""
    found = (body.get("data") or {}).get(question.field)
    for error in body.get("errors", ()):
        return found, str(error["extensions"]["code"])
    is_error = isinstance(found, dict) and {"code", "message"} <= found.keys()
    return (None, str(found["code"])) if found and is_error else (found, None)


def questions_of(asked: Iterable[Json]) -> Iterator[tuple[Question, GraphQLField]]:
    """Every field of the root once, with its definition: queries bare, inputs as REST has them."""
    for name, field in QUERIES.items():
        if name not in JUDGED:
            yield bare_question(name, field), field
    for step in {each["operation"]: each for each in asked}.values():
        if asks_the_graph(step["operation"]):
            question = change(step)
            yield question, (MUTATION_FIELDS | QUERIES)[question.field]
