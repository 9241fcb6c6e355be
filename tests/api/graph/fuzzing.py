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
from typing import Any

import schemathesis
from graphql import (
    ArgumentNode,
    FieldNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    Visitor,
    parse,
    parse_value,
    print_ast,
    visit,
)
from hypothesis import strategies as st
from schemathesis.graphql import nodes

from api.errors import codes
from api.graph.arguments import OTHER_NAMES, PREFIX_OF
from api.graph.node import KINDS
from api.graph.schema import core

IDS: dict[str, list[str]] = json.loads(os.environ.get("PARVIS_FUZZ_IDS", "{}"))
IS_RAW = "PARVIS_FUZZ_RAW" in os.environ
OURS = {each.code for each in codes()} - {"internal"}
GIVEN = {
    "since": '"2026-11-01T00:00:00Z"',
    "until": '"2026-12-01T00:00:00Z"',
    "firstOn": '"2026-11-01"',
    "lastOn": '"2026-11-30"',
    "key": '"mastodon"',
    "ids": json.dumps([ids[0] for kind, ids in IDS.items() if kind in KINDS]),
}
"""Arguments that mean something only together, or to this installation."""

schemathesis.graphql.scalar("Date", st.just("2026-12-01").map(nodes.String))
schemathesis.graphql.scalar("LocalDateTime", st.just("2027-01-10T09:00:00").map(nodes.String))
schemathesis.graphql.scalar("JSON", st.just("vaud").map(nodes.String))


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
        arguments = (a for a in node.arguments or () if a.name.value != "after")
        return replace(
            node, arguments=tuple(_argument(node, each, is_root=is_root) for each in arguments)
        )


def _argument(field: FieldNode, argument: ArgumentNode, *, is_root: bool) -> ArgumentNode:
    if argument.name.value == "first":
        return replace(argument, value=_sized(argument.value))
    if is_root:
        return replace(argument, value=parse_value(_meant(field.name.value, argument)))
    return argument


def _sized(value: Any) -> Any:
    if not isinstance(value, IntValueNode):
        return value
    return IntValueNode(value=str(1 + abs(int(value.value)) % 20))


def _meant(field: str, argument: ArgumentNode) -> str:
    """The argument's value, as it is written, with meaning put into ids and words."""
    name, drawn = argument.name.value, print_ast(argument.value)
    if name in GIVEN:
        return GIVEN[name]
    if field == "validatePost":
        return f'{{text: "On taille.", variants: [{{accountId: "{IDS["acct"][0]}"}}]}}'
    prefix = _prefix(field, name)
    if prefix is not None:
        id_ = json.dumps(IDS[prefix][0])
        return f"[{id_}]" if name.endswith("Ids") or name in OTHER_NAMES else id_
    if "String" in str(core.query_type.fields[field].args[name].type):  # type: ignore[union-attr]  # there is one
        return '"vigne"' if isinstance(argument.value, StringValueNode) else '["vigne"]'
    return drawn


def _prefix(field: str, name: str) -> str | None:
    """The prefix of the id that an argument asks for; None when it is none."""
    if name == "assignedTo":
        return OTHER_NAMES["assigned_to"]
    if name == "id":
        kind = {"node": "community", "mediaFile": "media"}.get(field, field)
        return PREFIX_OF[kind.replace("apiKey", "api_key")]
    return PREFIX_OF.get(name.removesuffix("Ids").removesuffix("Id")) if "Id" in name else None
