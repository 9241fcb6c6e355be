"""Every relation of the graph is read by one statement, however many things it is asked of."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from api.graph.schema import core
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.api.furnished import Furnished, furnish
from tests.api.graph.asking import post
from tests.api.graph.counting import statements
from tests.api.graph.meaning import PREFIX
from tests.world import client_for

MORE = {
    "Mention.answers": 2,  # the answers, and what became of their deliveries
    "Post.approval": 4,  # the posts, the policies, the networks, what was approved
}
"""Relations that take more than one statement, still the same for one owner as for many."""
NO_NODES = {"Variant", "Entry", "Approval"}
"""Things that are found in others alone."""


def relations() -> list[tuple[str, str]]:
    """The owner's type and the field of every relation, read off the schema."""
    return [
        (kind.name, name)
        for kind in core.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
        for name, field in kind.fields.items()
        if "relation" in getattr(field.extensions.get("strawberry-definition"), "metadata", {})
    ]


def prefixes() -> dict[str, str]:
    """The prefix of the ids of each type that `node` finds."""
    assert core.query_type is not None
    found = {}
    for field in core.query_type.fields.values():
        described = (
            PREFIX.search(field.args["id"].description or "") if "id" in field.args else None
        )
        kind = get_named_type(field.type)
        if described is not None and isinstance(kind, GraphQLObjectType):
            found[kind.name] = described[1]
    return found | {"Workspace": "ws"}


def leaf_of(kind: GraphQLObjectType) -> str:
    """A selection of one plain field, on the things of a page where it is one."""
    if "nodes" in kind.fields:
        inner = get_named_type(kind.fields["nodes"].type)
        assert isinstance(inner, GraphQLObjectType)
        return f"nodes {{ {leaf_of(inner)} }}"
    leaves = (
        name for name, field in kind.fields.items() if is_leaf_type(get_named_type(field.type))
    )
    leaf: str = next(leaves)
    return leaf


@pytest.fixture(scope="module")
async def house(settings: Settings, database: Database) -> Furnished:
    return await furnish(settings, database)


@pytest.fixture
async def client(app: FastAPI, house: Furnished) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_for(app, house.token) as found:
        yield found


async def counted(client: httpx2.AsyncClient, owner: str, ids: list[str], edge: str) -> int:
    """How many statements reading an edge of some owners takes, beside finding them."""
    found: list[int] = []
    for selection in ("id", f"id {edge}"):
        query = (
            f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {owner} {{ {selection} }} }} }}"
        )
        with statements() as seen:
            answer: dict[str, Any] = (await post(client, query, {"ids": ids})).json()
        assert "errors" not in answer, answer
        assert None not in answer["data"]["nodes"]
        found.append(len(seen))
    return found[1] - found[0]


@pytest.mark.parametrize(
    ("owner", "name"), [each for each in relations() if each[0] not in NO_NODES]
)
async def test_relation_is_read_once_for_all_owners(
    client: httpx2.AsyncClient, house: Furnished, owner: str, name: str
) -> None:
    field = core.type_map[owner].fields[name]  # type: ignore[attr-defined]  # owners are objects
    target = get_named_type(field.type)
    edge = f"{name} {{ {leaf_of(target)} }}"
    ids = house.ids[prefixes()[owner]][:2]
    most = MORE.get(f"{owner}.{name}", 1)

    one = await counted(client, owner, ids[:1], edge)
    all_ = await counted(client, owner, ids, edge)

    assert all_ <= most
    assert one <= most


async def test_relations_of_what_others_hold_are_read_once_too(
    client: httpx2.AsyncClient, house: Furnished
) -> None:
    edges = "account { id } post { id } media { id }"
    variants = f"variants {{ nodes {{ id {edges} }} }}"
    window = 'since: "2026-01-01T00:00:00Z", until: "2027-01-01T00:00:00Z"'

    by_variant = await counted(client, "Post", house.ids["post"][:2], variants)
    reviewed = await counted(client, "Post", house.ids["post"][:2], "approval { review { id } }")
    with statements() as seen:
        await post(client, f"{{ entries({window}) {{ nodes {{ id post {{ id }} }} }} }}")

    assert by_variant <= 3  # variants, accounts, posts; media where there are any
    assert reviewed <= MORE["Post.approval"] + 1
    assert len(seen) <= 1  # the posts; the window itself is read from the hot pool


def test_the_relations_are_all_there() -> None:
    owners = {owner for owner, _ in relations()}

    assert len(relations()) >= 35
    assert owners - prefixes().keys() == NO_NODES
