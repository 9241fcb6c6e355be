"""What the fuzzer cannot read from a schema, for schemathesis (`SCHEMATHESIS_HOOKS`).

A GraphQL schema says `ID!` and `Int!`, not `acct_…` and 1 to 100, and schemathesis takes every
error for a failure. So reads are led to what they could mean: things that are there, pages of a
size that is, no cursor that no list gave. Mutations go out as they were drawn: what is wrong with
them is typed, and no error. With PARVIS_FUZZ_RAW reads go out as they were drawn too, and
`errors_are_ours` judges every error instead.
"""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import schemathesis
from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLScalarType,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    Visitor,
    parse,
    parse_value,
    print_ast,
    specified_scalar_types,
    visit,
)
from hypothesis import strategies as st
from schemathesis.graphql import nodes

from api.errors import codes
from api.graph.schema import core
from tests.api.graph.meaning import LEFT_OUT, meant

IDS: dict[str, list[str]] = json.loads(os.environ.get("PARVIS_FUZZ_IDS", "{}"))
IS_RAW = "PARVIS_FUZZ_RAW" in os.environ
OURS = {each.code for each in codes()} - {"internal"}
SAMPLES = {"Date": "2026-12-01", "LocalDateTime": "2027-01-10T09:00:00", "TimeOfDay": "09:00"}
KNOWN = {*specified_scalar_types, "DateTime", "BigInt"}
"""Scalars that schemathesis draws by itself, or that are drawn below."""

for scalar in core.type_map.values():
    if isinstance(scalar, GraphQLScalarType) and scalar.name not in KNOWN:
        drawn = st.just(SAMPLES.get(scalar.name, "vaud")).map(nodes.String)
        schemathesis.graphql.scalar(scalar.name, drawn)


schemathesis.graphql.scalar("BigInt", st.integers(1, 1000).map(nodes.Int))
# The first and the last moment stand for none.
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is drawn
schemathesis.graphql.scalar("DateTime", MOMENTS.map(datetime.isoformat).map(nodes.String))


@schemathesis.check
def errors_are_ours(ctx: Any, response: Any, case: Any) -> None:  # noqa: ARG001 - a check's signature
    """Fails for an error without a code of the catalogue, and for one that nobody expected."""
    answer = json.loads(response.text)
    found = {each["extensions"]["code"] for each in answer.get("errors", [])}
    assert found <= OURS, f"Told {sorted(found - OURS)}: {response.text}"
    assert found or answer["data"] is not None


@schemathesis.hook
def before_call(_: Any, case: Any, **__: Any) -> None:
    """Leads reads to what they could mean."""
    if IS_RAW or not case.meta.generation.mode.is_positive:
        return
    document = parse(case.body)
    [operation] = (d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    is_read = operation.operation is OperationType.QUERY
    case.body = print_ast(visit(document, Meant(operation, is_read=is_read)))


class Meant(Visitor):
    """Pages everywhere, and the arguments of the operation's own fields where it reads."""

    def __init__(self, operation: OperationDefinitionNode, *, is_read: bool) -> None:
        super().__init__()
        self._roots = operation.selection_set.selections if is_read else ()

    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode:
        is_root = any(node is each for each in self._roots)
        arguments = (a for a in node.arguments or () if a.name.value not in LEFT_OUT)
        return replace(
            node, arguments=tuple(_argument(node, each, is_root=is_root) for each in arguments)
        )


def _argument(field: FieldNode, argument: ArgumentNode, *, is_root: bool) -> ArgumentNode:
    if argument.name.value == "first":
        return replace(argument, value=_sized(argument.value))
    if is_root:
        return replace(argument, value=parse_value(meant(field.name.value, argument, IDS)))
    return argument


def _sized(value: Any) -> Any:
    if not isinstance(value, IntValueNode):
        return value
    return IntValueNode(value=str(1 + abs(int(value.value)) % 20))
