"""What the arguments of reads could mean, where the schema says no more than `ID!` or `String!`."""

import json
import re
from collections.abc import Mapping, Sequence

from graphql import ArgumentNode, GraphQLObjectType, print_ast

from api.graph.arguments import OTHER_NAMES, PREFIX_OF
from api.graph.node import KINDS
from api.graph.schema import core

Ids = Mapping[str, Sequence[str]]
GIVEN = {
    "since": '"2026-11-01T00:00:00Z"',
    "until": '"2026-12-01T00:00:00Z"',
    "firstOn": '"2026-11-01"',
    "lastOn": '"2026-11-30"',
    "key": '"mastodon"',
    "networks": '["mastodon"]',
    "fromNumber": "1",
    "count": "5",
    "metrics": "[ENGAGEMENTS]",
}
"""Arguments that mean something only together, or to this installation."""
LEFT_OUT = {"after", "knownNumber", "knownHash"}
"""What only an answer before could have given."""
PREFIX = re.compile("`([a-z]+)_…`")
"""As the description of an `id` shows it."""


def meant(field: str, argument: ArgumentNode, ids: Ids) -> str:
    """The argument's value, as it is written, with meaning put into ids and words."""
    name, drawn = argument.name.value, print_ast(argument.value)
    if name in GIVEN:
        return GIVEN[name]
    if field == "validatePost":
        return f'{{text: "On taille.", variants: [{{accountId: "{ids["acct"][0]}"}}]}}'
    if field == "previewRecurrence":
        rule = 'rule: "RRULE:FREQ=DAILY", startsAt: "2027-01-10T09:00:00"'
        return f'{{calendarId: "{ids["cal"][0]}", {rule}}}'
    if name in {"ids", "subjects"}:
        known = [each[0] for kind, each in ids.items() if kind in KINDS]
        return json.dumps(known if name == "ids" else [ids["post"][0]])
    prefix = prefix_of(field, name)
    if prefix is not None:
        id_ = json.dumps(ids[prefix][0])
        return f"[{id_}]" if name.endswith("Ids") or name == "assignedTo" else id_
    type_ = str(_query().fields[field].args[name].type)
    if "String" in type_ and drawn != "null":
        return '["vigne"]' if "[" in type_ else '"vigne"'
    return drawn


def prefix_of(field: str, name: str) -> str | None:
    """The prefix of the id that an argument asks for; None when it is none."""
    if _snake(name) in OTHER_NAMES:
        return OTHER_NAMES[_snake(name)]
    if name == "id":
        found = PREFIX.search(_query().fields[field].args["id"].description or "")
        return found[1] if found else None
    if not name.endswith(("Id", "Ids")):
        return None
    return PREFIX_OF[_snake(name.removesuffix("Ids").removesuffix("Id"))]


def unfurnished(ids: Ids) -> list[str]:
    """Reads of one thing of a kind that is not there."""
    return [
        name
        for name, field in _query().fields.items()
        if "id" in field.args and prefix_of(name, "id") not in ids
    ]


def _snake(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)


def _query() -> GraphQLObjectType:
    assert core.query_type is not None
    return core.query_type
