"""Judges an operation before it is executed: how deep, how wide, how much it may cost.

    depth ≤ 12 · aliases ≤ 15 · directives ≤ 50 · fragments ≤ 100 · tokens ≤ 4,000 · cost ≤ 20,000

An object costs 1, a page its size times what one item costs, a scalar nothing. Introspection is
counted like everything else, with sizes that lists of this schema have; `ofType` is free, as types
end. Limits on what was written are checked before validation, which itself takes time that grows
with them: with the square of how many fields of one name have fields of their own (≤ 100), as each
is held against each.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_leaf_type,
    visit,
)

from domain.kernel.errors import QueryTooHeavy

MAX_DEPTH: Final = 12
MAX_ALIASES: Final = 15
MAX_DIRECTIVES: Final = 50
MAX_FRAGMENTS: Final = 100
MAX_ALIKE: Final = 100
MAX_DIGITS: Final = 100
MAX_TOKENS: Final = 4_000
MAX_COST: Final = 20_000
MAX_PAGE: Final = 100
PAGE_PARTS: Final = ("Connection", "Edge")
FREE: Final = frozenset({"ofType"})
INTROSPECTION_SIZES: Final = {
    ("__Schema", "types"): 100,
    ("__Schema", "directives"): 8,
    ("__Type", "fields"): 8,
    ("__Type", "inputFields"): 3,
    ("__Type", "enumValues"): 2,
    ("__Type", "possibleTypes"): 3,
}


class Written(Visitor):
    """Counts what stands in a document, fragments once."""

    def __init__(self) -> None:
        super().__init__()
        self.aliases = 0
        self.directives = 0
        self.fragments = 0
        self.alike = Counter[str]()
        """Fields that have fields of their own, by the name that they answer to."""

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.aliases += node.alias is not None
        if node.selection_set is not None:
            self.alike[(node.alias or node.name).value] += 1

    def enter_fragment_definition(self, *_: object) -> None:
        self.fragments += 1

    def enter_int_value(self, node: IntValueNode, *_: object) -> None:
        if len(node.value) > MAX_DIGITS:
            raise GraphQLError(f"A whole number has at most {MAX_DIGITS} digits.", node)

    def enter_directive(self, *_: object) -> None:
        self.directives += 1


def check_written(document: DocumentNode) -> None:
    """Raises `QueryTooHeavy` for floods, before anything else looks at them.

    And a `GraphQLError` for a number that is longer than Python reads.
    """
    written = Written()
    visit(document, written)
    _at_most("aliases", written.aliases, MAX_ALIASES)
    _at_most("directives", written.directives, MAX_DIRECTIVES)
    _at_most("fragments", written.fragments, MAX_FRAGMENTS)
    _at_most("fields of one name", max(written.alike.values(), default=0), MAX_ALIKE)
    fragments = fragments_of(document)
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode):
            _at_most("levels", _Depth(fragments).of(operation.selection_set), MAX_DEPTH)


def check_cost(cost: int) -> None:
    _at_most("points of cost", cost, MAX_COST, cost=cost)


def cost_shown(cost: int) -> dict[str, int]:
    """What it costs as clients are told, of answers and of refusals alike."""
    return {"requestedQueryCost": cost, "maximumQueryCost": MAX_COST}


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }


def _at_most(what: str, found: int, limit: int, *, cost: int | None = None) -> None:
    if found > limit:
        message = f"The operation has {found} {what}; at most {limit} are allowed."
        raise QueryTooHeavy(message, cost=cost)


@dataclass(slots=True)
class _Depth:
    """Levels of fields; a fragment that contains itself counts once here and is refused later."""

    fragments: Mapping[str, FragmentDefinitionNode]
    known: dict[str, int] = field(default_factory=dict)

    def of(self, selections: SelectionSetNode | None) -> int:
        if selections is None:
            return 0
        return max((self._selection(each) for each in selections.selections), default=0)

    def _selection(self, node: object) -> int:
        match node:
            case FieldNode():
                return (node.name.value not in FREE) + self.of(node.selection_set)
            case InlineFragmentNode():
                return self.of(node.selection_set)
            case FragmentSpreadNode():
                return self._fragment(node.name.value)
        return 0

    def _fragment(self, name: str) -> int:
        if name not in self.known and name in self.fragments:
            self.known[name] = 0
            self.known[name] = self.of(self.fragments[name].selection_set)
        return self.known.get(name, 0)


@dataclass(slots=True)
class Cost:
    """What an operation of a valid document costs, with its variables."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    known: dict[tuple[str, str], int] = field(default_factory=dict)

    def of(self, operation: OperationDefinitionNode) -> int:
        root = self.schema.get_root_type(operation.operation)
        if root is None:
            return 0
        fixed = 10 if operation.operation is OperationType.MUTATION else 0
        return fixed + self._selections(operation.selection_set, root)

    def _selections(self, selections: SelectionSetNode, parent: Any) -> int:  # noqa: ANN401 - a type of GraphQL
        return sum(self._selection(node, parent) for node in selections.selections)

    def _selection(self, node: object, parent: Any) -> int:  # noqa: ANN401 - a named type
        match node:
            case FieldNode():
                return self._field(node, parent)
            case InlineFragmentNode():
                on = node.type_condition
                inner = self.schema.get_type(on.name.value) if on else parent
                return self._selections(node.selection_set, inner)
            case FragmentSpreadNode():
                return self._fragment(node.name.value)
        return 0

    def _fragment(self, name: str) -> int:
        key = (name, "")
        if key not in self.known:
            definition = self.fragments[name]
            on = self.schema.get_type(definition.type_condition.name.value)
            self.known[key] = self._selections(definition.selection_set, on)
        return self.known[key]

    def _field(self, node: FieldNode, parent: Any) -> int:  # noqa: ANN401 - a named type
        name = node.name.value
        if node.selection_set is None or not isinstance(
            parent, GraphQLObjectType | GraphQLInterfaceType
        ):
            return 0
        definition = self.schema.get_field(parent, name)
        if definition is None:
            return 0
        type_ = get_named_type(definition.type)
        if is_leaf_type(type_):
            return 0
        if name in FREE:
            return self._selections(node.selection_set, type_)
        own = 0 if parent.name.endswith(PAGE_PARTS) else 1
        inner = self._selections(node.selection_set, type_)
        return self._times(node, definition, parent.name) * (own + inner)

    def _times(self, node: FieldNode, definition: GraphQLField, parent: str) -> int:
        if (parent, node.name.value) in INTROSPECTION_SIZES:
            return INTROSPECTION_SIZES[parent, node.name.value]
        if "first" in definition.args:
            return self._first(node, definition)
        if "ids" in definition.args:
            return self._ids(node)
        return 1

    def _ids(self, node: FieldNode) -> int:
        """As many as are asked for; one where a single id stands for a list."""
        sent = next((a.value for a in node.arguments or () if a.name.value == "ids"), None)
        ids: Any = getattr(sent, "values", None)
        if isinstance(sent, VariableNode):
            ids = self.variables.get(sent.name.value)
        return max(1, len(ids)) if isinstance(ids, list | tuple) else 1

    def _first(self, node: FieldNode, definition: GraphQLField) -> int:
        sent = next((a.value for a in node.arguments or () if a.name.value == "first"), None)
        value: Any = definition.args["first"].default_value
        if isinstance(sent, IntValueNode):
            value = int(sent.value)
        elif isinstance(sent, VariableNode):
            value = self.variables.get(sent.name.value, value)
        return value if isinstance(value, int) and 0 < value <= MAX_PAGE else MAX_PAGE


def operations_of(document: DocumentNode) -> Iterator[OperationDefinitionNode]:
    return (d for d in document.definitions if isinstance(d, OperationDefinitionNode))
