"""The same lists in the graph: fields called as parity says, enums by their members."""

from collections.abc import Mapping
from typing import Any

import httpx2
from graphql import GraphQLEnumType, get_named_type

from api.contract.examples import Json
from tests.api.test_parity import argument_of, field_at, place_of
from tests.api.walks.lists import List
from tests.furnished import named, with_ids

KEYS = {
    "list_import_rows": "number",
    "list_album_media": "position",
    "read_agenda": "at title",
    "list_samples": "sampledAt total",
    "list_networks": "key",
}
"""What a thing is told by, where it has no id."""
OWNERS = {"list_import_rows": ("imp", "Import", "rows")}
"""Lists that are edges of something there."""
FIXED: dict[str, Mapping[str, Any]] = {"calendar_entries": {"calendarIds": [named("cal")]}}


def has_twin(listed: List) -> bool:
    return place_of(listed.operation).startswith("Query.") or listed.operation in OWNERS


def keys_of(listed: List, items: list[Json]) -> list[tuple[str, ...]]:
    """By what both faces tell the things of a list."""
    names = [_snake(name) for name in KEYS.get(listed.operation, "id").split()]
    return [tuple(str(item[name]) for name in names) for item in items]


async def read_twin(
    client: httpx2.AsyncClient, listed: List, asked: Mapping[str, Any], ids: Mapping[str, str]
) -> list[tuple[str, ...]]:
    """The keys of what the graph shows when it is asked the same."""
    names = KEYS.get(listed.operation, "id")
    found = await _page(client, listed, asked, ids, f"nodes {{ {names} }}", first=100)
    return [tuple(str(node[name]) for name in names.split()) for node in found["nodes"]]


async def cursor_of_twin(
    client: httpx2.AsyncClient, listed: List, asked: Mapping[str, Any], ids: Mapping[str, str]
) -> str | None:
    """Where the graph goes on behind the first thing, if more follow."""
    shown = "pageInfo { endCursor hasNextPage }"
    info = (await _page(client, listed, asked, ids, shown, first=1))["pageInfo"]
    return info["endCursor"] if info["hasNextPage"] else None


async def _page(
    client: httpx2.AsyncClient,
    listed: List,
    asked: Mapping[str, Any],
    ids: Mapping[str, str],
    shown: str,
    *,
    first: int,
) -> Json:
    """What a list of the graph shows when it is asked as REST is."""
    field = field_at(place_of(listed.operation))
    assert field is not None
    given = {
        name: _word(field.args[name].type, asked[each.name])
        for each in listed.parameters
        if each.name in asked and (name := argument_of(each.described)) is not None
    } | with_ids(dict(FIXED.get(listed.operation, {})), ids)
    variables = {name: given[name] for name in given}
    declared = "".join(f", ${name}: {field.args[name].type}" for name in given)
    passed = "".join(f", {name}: ${name}" for name in given)
    call = f"(first: {first}{passed}) {{ {shown} }}"
    if listed.operation in OWNERS:
        prefix, kind, edge = OWNERS[listed.operation]
        body = (
            f'found: node(id: "{ids[named(prefix)]}") {{ ... on {kind} {{ rows: {edge}{call} }} }}'
        )
    else:
        body = f"found: {place_of(listed.operation).removeprefix('Query.')}{call}"
    sent = {
        "query": f"query ($x: Boolean = false{declared}) {{ {body} "
        "again: __typename @include(if: $x) }",
        "variables": variables,
    }
    answer = (await client.post("/graphql", json=sent)).json()
    assert "errors" not in answer, f"{sent}: {answer}"
    found: Json = answer["data"]["found"]
    return found["rows"] if listed.operation in OWNERS else found


def _word(kind: Any, value: Any) -> Any:
    """The value as a variable: enums by the member that REST's word is."""
    enum = get_named_type(kind)
    if isinstance(value, list):
        return [_word(enum, each) for each in value]
    if isinstance(enum, GraphQLEnumType):
        return next(name for name, each in enum.values.items() if each.value == value)
    return value


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
