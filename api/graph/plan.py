"""Plans: a valid read operation as steps over whole levels, made once per operation.

graphql-core resolves field by field and object by object. A plan works column by column: for all
things of one level it reads one field, then the next, and asks a relation once for all of them.

    Leaf     a scalar or an enum read from each thing
    Deep     things inside things: read, related or asked for, and the plans of their types

What a plan cannot hold (introspection, directives on the operation) it refuses to be made for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import (
    FieldDetailsList,
    GroupedFieldSet,
    collect_fields,
)
from graphql.execution.values import get_argument_values
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from api.graph.fields import Asking, Reading
from api.graph.relations import Relation
from api.graph.schema import core, schema

INTROSPECTION: Final = frozenset({"__schema", "__type"})
AS_THEY_ARE: Final = frozenset({"String", "ID", "Boolean", "Float", "JSON", "BigInt", "DateTime"})
"""Scalars that the encoder writes as they are; DateTime as UTC moments."""
MAX_INT: Final = 2**31 - 1

Read = Callable[[Any], Any]


class Unplanned(Exception):
    """The operation is left to graphql-core."""


@dataclass(frozen=True, slots=True)
class Leaf:
    name: str
    read: Read
    show: Read | None
    is_required: bool


@dataclass(frozen=True, slots=True)
class Deep:
    """`relation` or `ask` where the children are not read from the thing itself."""

    name: str
    read: Read | None
    relation: Relation | None
    ask: Any
    arguments: dict[str, Any]
    is_list: bool
    is_required: bool
    items_required: bool
    plans: Mapping[str, "Plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to read of every thing of one type; `constants` are the places of `__typename`."""

    type_name: str
    steps: tuple[Leaf | Deep | str, ...]


def make_plan(executor: Executor[Any]) -> Plan:
    """Raises `Unplanned`."""
    if executor.operation.directives:
        raise Unplanned
    root = core.query_type
    if root is None:
        raise Unplanned
    collected = collect_fields(
        core, executor.fragments, executor.variable_values, root, executor.operation, True
    )
    return _plan(executor, root, collected.grouped_field_set)


def _plan(executor: Executor[Any], kind: GraphQLObjectType, grouped: GroupedFieldSet) -> Plan:
    steps = [_step(executor, kind, name, details) for name, details in grouped.items()]
    return Plan(kind.name, tuple(steps))


def _step(
    executor: Executor[Any],
    kind: GraphQLObjectType,
    name: str,
    details: FieldDetailsList,
) -> Leaf | Deep | str:
    node = details[0].node
    if node.name.value == "__typename":
        return name
    if node.name.value in INTROSPECTION:
        raise Unplanned
    field = kind.fields[node.name.value]
    own = field.extensions["strawberry-definition"]
    if is_leaf_type(get_named_type(field.type)):
        if isinstance(own, Asking):
            raise Unplanned
        return Leaf(name, _read(own), _shown(field.type), isinstance(field.type, GraphQLNonNull))
    return _deep(executor, name, details, field, own)


def _deep(
    executor: Executor[Any],
    name: str,
    details: FieldDetailsList,
    field: GraphQLField,
    own: StrawberryField,
) -> Deep:
    type_, is_required = _unwrapped(field.type)
    is_list = isinstance(type_, GraphQLList)
    items_required = is_list and isinstance(type_.of_type, GraphQLNonNull)
    plans = _plans(executor, get_named_type(field.type), details)
    kept = (is_list, is_required, items_required, plans)
    if not isinstance(own, Asking):
        return Deep(name, _read(own), None, None, {}, *kept)
    relation = own.metadata.get("relation")
    ask = own.ask if relation is None else None
    return Deep(name, None, relation, ask, _arguments(executor, field, own, details), *kept)


def _plans(
    executor: Executor[Any], kind: GraphQLNamedType, details: FieldDetailsList
) -> dict[str, Plan]:
    if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
        kinds = core.get_possible_types(kind)
    elif isinstance(kind, GraphQLObjectType):
        kinds = [kind]
    else:
        raise Unplanned
    plans = {}
    for each in kinds:
        collected = executor.collect_subfields(each, details)
        plans[each.name] = _plan(executor, each, collected.grouped_field_set)
    return plans


def _arguments(
    executor: Executor[Any], field: GraphQLField, own: Asking, details: FieldDetailsList
) -> dict[str, Any]:
    first = details[0]
    sent = get_argument_values(
        field, first.node, executor.variable_values, first.fragment_variable_values, True
    )
    registry = schema.schema_converter.scalar_registry
    return convert_arguments(sent, own.arguments, registry, schema.config)


def _read(own: StrawberryField) -> Read:
    return own.read if isinstance(own, Reading) else attrgetter(own.python_name)


def _unwrapped(type_: Any) -> tuple[Any, bool]:  # noqa: ANN401 - any output type
    is_required = isinstance(type_, GraphQLNonNull)
    return (type_.of_type if is_required else type_), is_required


def _shown(type_: Any) -> Read | None:  # noqa: ANN401 - any output type
    """How a value of a leaf type is written; None: as it is. Raises for what does not fit."""
    inner, _ = _unwrapped(type_)
    if not isinstance(inner, GraphQLList):
        return _shown_leaf(inner)
    items_required = isinstance(inner.of_type, GraphQLNonNull)
    show = _shown(inner.of_type)
    if show is None and not items_required:
        return None

    def show_list(values: Sequence[Any]) -> Sequence[Any]:
        if items_required and None in values:
            raise ValueError("A list that may hold no null holds one.")
        if show is None:
            return values
        return [None if value is None else show(value) for value in values]

    return show_list


def _shown_leaf(kind: GraphQLLeafType) -> Read | None:
    if isinstance(kind, GraphQLEnumType):
        names = {value.value: name for name, value in kind.values.items()}
        return names.__getitem__
    if kind.name in AS_THEY_ARE:
        return None
    if kind.name == "Int":
        return _small
    coerce: Read = kind.coerce_output_value
    return coerce


def _small(value: int) -> int:
    if not -MAX_INT <= value <= MAX_INT:
        raise ValueError("A number is larger than Int.")
    return value
