"""A mutation about a thing that is not there says that it is the id, whatever the thing."""

import re
from collections.abc import Iterator

from graphql import (
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
    is_required_input_field,
)

from api.graph.schema import core
from tests.world import Tenant

KIND = re.compile(r"^Its id, `(\w+)_…`\.$")
GIVEN = {"expectedVersion": "1", "words": '"No."', "byMinutes": "5", "isPublished": "false"}
"""What some ask for beside the id."""


def asked() -> Iterator[tuple[str, str]]:
    """Mutations that take the id of a thing and little else, each with its input."""
    root = core.mutation_type
    assert isinstance(root, GraphQLObjectType)
    for name, field in root.fields.items():
        taken = get_named_type(field.args["input"].type)
        assert isinstance(taken, GraphQLInputObjectType)
        kind = KIND.match(taken.fields["id"].description or "") if "id" in taken.fields else None
        needed = {key for key, each in taken.fields.items() if is_required_input_field(each)}
        if kind and needed - {"id"} <= GIVEN.keys():
            more = "".join(f", {key}: {GIVEN[key]}" for key in sorted(needed - {"id"}))
            yield name, f'{{id: "{kind[1]}_0199e2b4c1d07a3f8e5d6c7b8a901234"{more}}}'


async def test_what_is_not_there_is_pointed_at_by_every_mutation(tenant: Tenant) -> None:
    inputs = dict(asked())
    told = {}
    for name, sent in inputs.items():
        query = f"mutation {{ {name}(input: {sent}) {{ ... on Error {{ code field }} }} }}"
        answer = (await tenant.client.post("/graphql", json={"query": query})).json()
        told[name] = answer["data"][name]

    assert len(inputs) > 80
    expected = {"code": "not_found", "field": "id"}
    assert {name for name, each in told.items() if each != expected} == set()


async def test_what_is_wrong_as_a_whole_names_no_field(tenant: Tenant) -> None:
    query = (
        'mutation { settleDelivery(input: {id: "dlv_0199e2b4c1d07a3f8e5d6c7b8a901234", '
        "isPublished: true}) { ... on Error { code field } } }"
    )
    answer = (await tenant.client.post("/graphql", json={"query": query})).json()

    assert answer["data"]["settleDelivery"] == {"code": "request.invalid", "field": None}
