"""What is made is made once, by an id of the client's own and by a key, on both faces."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
)
from pydantic.alias_generators import to_camel

from api.contract.describe import operations
from domain.kernel.database import Database
from domain.kernel.ids import new_id, show
from domain.kernel.settings import Settings
from tests.api.furnished import CREATED, WORDS, Furnished, furnish
from tests.api.graph.asking import post
from tests.api.test_parity import field_at, place_of
from tests.world import client_for

Json = dict[str, Any]
COMMUNITY = {"name": "Lavaux", "slug": "lavaux", "time_zone": "Europe/Zurich"}
APPLICATION = {
    "name": "Desk",
    "kind": "live",
    "is_confidential": True,
    "redirect_uris": ["https://desk.example.ch/callback"],
    "origins": ["https://desk.example.ch"],
    "scopes": ["openid", "mentions:read"],
}
MADE: dict[str, tuple[str, Json]] = {
    **CREATED,
    "com": ("communities", COMMUNITY),
    "cal": ("calendars", {"name": "Side", "community_id": "com"}),
    "app": ("applications", APPLICATION),
}
WITHOUT_ID = {"key"}
"""A key is shown once and never again: it has no id of the client's."""
OTHERS: dict[str, Json] = {
    "post": {"title": "Other"},
    "slot": {"weekday": 2},
    "rec": {"title": "Other"},
    "inv": {"language": "de"},
    "idea": {"question": "Et pourquoi ?"},
    "xrq": {"question": "Et pourquoi ?"},
}
"""Another content of each kind; of the rest, another name."""
ELSEWHERE = {
    "connect_account": "tests/api/accounts: it takes a network",
    "begin_consent": "tests/api/accounts: it takes a network",
    "add_media": "tests/api/media: it takes a file",
    "add_media_consent": "tests/api/media: it is of a file",
    "create_candidate": "tests/api/ideas: a mention is one once",
    "create_approval_policy": "tests/api/approvals: it names who is asked",
    "add_adaptation": "tests/api/posts: it is of a post",
    "create_upload": "tests/api/uploads: it takes bytes, and tus has keys alone",
    "prepare_upload": "tests/api/uploads: it takes a file",
    "create_pause": "tests/api/pauses: a thing is paused once",
    "create_source": "tests/api/sources: a post rests on a page once",
    "propose_update": "tests/api/upkeep: it is of a post",
    "submit_review": "tests/api/approvals: it is of a post",
    "draft_idea": "tests/api/ideas: it is of an idea",
    "create_answer": "tests/api/mentions: it goes out at once",
    "split_recurrence": "tests/api/plans: it ends another",
    "create_application_secret": "tests/api/identity: it is shown once",
    "create_calendar_feed": "tests/api/feeds: it is shown once",
}
KINDS = sorted(MADE)


@pytest.fixture(scope="module")
async def house(settings: Settings, database: Database) -> Furnished:
    return await furnish(settings, database)


@pytest.fixture
async def client(app: FastAPI, house: Furnished) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_for(app, house.member_token) as found:
        yield found


def bodies(house: Furnished, kind: str) -> tuple[str, Json, Json]:
    """Where it is made, and two that differ, both with one new id."""
    path, body = MADE[kind]
    named = {name: _unlike(name, word, house) for name, word in body.items()}
    own = {} if kind in WITHOUT_ID else {"id": show(kind, new_id())}
    other = OTHERS.get(kind, {"name": f"Other {new_id().hex[-8:]}"})
    return path, {**named, **own}, {**named, **own, **other}


def _unlike(name: str, word: Any, house: Furnished) -> Any:
    """The word, an id in the place of a prefix, and what must be unique unlike any other."""
    unique = new_id()
    match name:
        case "email":
            return f"{unique.hex}@example.ch"
        case "issuer":
            return f"https://{unique.hex}.example.ch"
        case "url":
            return f"https://{unique.hex}.example.ch/feast.ics"
        case "name" | "slug" | "key":
            return f"{word}-{unique.hex[-12:]}"
        case "wall_time":
            return f"{unique.int % 24:02}:{unique.int % 60:02}"
    return house.ids[word][0] if word in WORDS else word


async def removed(client: httpx2.AsyncClient, path: str, id_: str) -> None:
    """Makes room for the next: of some kinds there may be few."""
    await client.delete(f"/v1/{path}/{id_}")


def mutation_of(contract: Json, path: str) -> tuple[str, str, GraphQLInputObjectType]:
    """The mutation of a POST: its name, what its success shows, and its input."""
    name = contract["paths"][f"/v1/{path}"]["post"]["operationId"]
    field = field_at(place_of(name))
    assert field is not None
    union, taken = get_named_type(field.type), get_named_type(field.args["input"].type)
    assert isinstance(union, GraphQLUnionType)
    assert isinstance(taken, GraphQLInputObjectType)
    success = next(each for each in union.types if each.name.endswith("Success"))
    shown = next(each for each in success.fields if each != "clientMutationId")
    return to_camel(name), shown, taken


def as_input(body: Json, taken: GraphQLInputObjectType) -> Json:
    return {to_camel(name): _word(value, taken, to_camel(name)) for name, value in body.items()}


def _word(value: Any, taken: GraphQLInputObjectType, name: str) -> Any:
    kind = get_named_type(taken.fields[name].type)
    if not isinstance(kind, GraphQLEnumType):
        return value
    words = {each.value: word for word, each in kind.values.items()}
    if isinstance(get_nullable_type(taken.fields[name].type), GraphQLList):
        return [words[each] for each in value]
    return words[value]


async def made_by_graph(
    client: httpx2.AsyncClient,
    mutation: tuple[str, str, GraphQLInputObjectType],
    body: Json,
    key: str | None = None,
    header: str | None = None,
) -> tuple[Json, httpx2.Response]:
    name, shown, taken = mutation
    query = (
        f"mutation ($input: {taken.name}!) {{ {name}(input: $input) {{ __typename "
        f"... on {name[0].upper()}{name[1:]}Success {{ {shown} {{ id }} }} "
        "... on Error { code } } }"
    )
    sent = as_input(body, taken) | ({"clientMutationId": key} if key else {})
    headers = {"Idempotency-Key": header} if header else {}
    answer = await post(client, query, {"input": sent}, headers)
    found: Json = answer.json()["data"][name]
    return found, answer


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in WITHOUT_ID])
async def test_id_of_the_clients_own_sent_twice_makes_one(
    client: httpx2.AsyncClient, house: Furnished, kind: str
) -> None:
    path, body, other = bodies(house, kind)

    one = await client.post(f"/v1/{path}", json=body)
    again = await client.post(f"/v1/{path}", json=body)
    different = await client.post(f"/v1/{path}", json=other)

    assert one.status_code == 201, one.text
    assert (again.status_code, again.json()) == (201, one.json())
    assert (different.status_code, different.json()["code"]) == (409, "id.taken")
    assert one.json()["id"] == body["id"]
    assert (await client.get(one.headers["location"])).json() == one.json()
    await removed(client, path, body["id"])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in WITHOUT_ID])
async def test_id_of_the_clients_own_sent_twice_to_the_graph_makes_one(
    client: httpx2.AsyncClient, app: FastAPI, house: Furnished, kind: str
) -> None:
    path, body, other = bodies(house, kind)
    mutation = mutation_of(app.openapi(), path)

    one, _ = await made_by_graph(client, mutation, body)
    again, _ = await made_by_graph(client, mutation, body)
    by_rest = await client.post(f"/v1/{path}", json=body)
    different, _ = await made_by_graph(client, mutation, other)

    assert one[mutation[1]] == {"id": body["id"]}, one
    assert again == one
    assert (by_rest.status_code, by_rest.json()["id"]) == (201, body["id"])
    assert different == {"__typename": "ConflictError", "code": "id.taken"}
    await removed(client, path, body["id"])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in WITHOUT_ID])
async def test_id_that_is_no_uuid7_makes_nothing_on_either_face(
    client: httpx2.AsyncClient, app: FastAPI, house: Furnished, kind: str
) -> None:
    path, body, _ = bodies(house, kind)
    random = {**body, "id": show(kind, uuid4())}

    refused = await client.post(f"/v1/{path}", json=random)
    by_graph, _ = await made_by_graph(client, mutation_of(app.openapi(), path), random)

    faults = [(each["pointer"], each["code"]) for each in refused.json()["errors"]]
    assert (refused.status_code, refused.json()["code"]) == (422, "id.unordered")
    assert faults == [("/id", "id.unordered")]
    assert by_graph == {"__typename": "ValidationError", "code": "id.unordered"}
    assert random["id"] not in (await client.get(f"/v1/{path}")).text


SEEN = ("name", "title", "question", "expert_name")
"""What people read, and must be able to see."""


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind in KINDS for name in SEEN if name in MADE[kind][1]],
)
async def test_name_that_nobody_sees_makes_nothing_on_either_face(
    client: httpx2.AsyncClient, app: FastAPI, house: Furnished, kind: str, name: str
) -> None:
    path, body, _ = bodies(house, kind)
    unseen = {**body, name: "\u200b\u2060"}

    refused = await client.post(f"/v1/{path}", json=unseen)
    by_graph, _ = await made_by_graph(client, mutation_of(app.openapi(), path), unseen)

    faults = [(each["pointer"], each["code"]) for each in refused.json()["errors"]]
    assert (refused.status_code, refused.json()["code"]) == (422, "name.invisible")
    assert faults == [(f"/{name}", "name.invisible")]
    assert by_graph == {"__typename": "ValidationError", "code": "name.invisible"}


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind in KINDS for name in SEEN if name in MADE[kind][1]],
)
async def test_name_is_kept_on_one_line_and_a_question_as_it_is(
    client: httpx2.AsyncClient, house: Furnished, kind: str, name: str
) -> None:
    path, body, _ = bodies(house, kind)

    made = await client.post(f"/v1/{path}", json={**body, name: f"{body[name]}\r\n\u0007Bcc"})

    between = "\r\n\u0007" if name == "question" else " "
    assert (made.status_code, made.json()[name]) == (201, f"{body[name]}{between}Bcc")
    await removed(client, path, made.json()["id"])


@pytest.mark.parametrize("kind", KINDS)
async def test_key_makes_one_and_stands_for_one_request(
    client: httpx2.AsyncClient, house: Furnished, kind: str
) -> None:
    path, body, other = bodies(house, kind)
    key = {"Idempotency-Key": f"once-{kind}"}

    one = await client.post(f"/v1/{path}", json=body, headers=key)
    again = await client.post(f"/v1/{path}", json=body, headers=key)
    different = await client.post(f"/v1/{path}", json=other, headers=key)

    assert one.status_code == 201, one.text
    assert (again.status_code, again.json()) == (201, one.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["location"] == one.headers["location"]
    assert (different.status_code, different.json()["code"]) == (409, "idempotency_key.reused")
    await removed(client, path, one.json()["id"])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by", ["input", "header"])
async def test_key_makes_one_in_the_graph_too(
    client: httpx2.AsyncClient, app: FastAPI, house: Furnished, kind: str, by: str
) -> None:
    path, body, other = bodies(house, kind)
    mutation = mutation_of(app.openapi(), path)
    word = f"{by}-{kind}"
    key = (word, None) if by == "input" else (None, word)

    one, _ = await made_by_graph(client, mutation, body, *key)
    again, answer = await made_by_graph(client, mutation, body, *key)
    different, _ = await made_by_graph(client, mutation, other, *key)

    assert mutation[1] in one, one
    assert again == one
    assert answer.headers["idempotent-replayed"] == "true"
    assert different == {"__typename": "ConflictError", "code": "idempotency_key.reused"}
    await removed(client, path, one[mutation[1]]["id"])


def test_nothing_that_is_made_is_left_out(app: FastAPI) -> None:
    made = {f"/v1/{path}" for path, _ in MADE.values()}

    assert set(_not_looked_at(app.openapi(), made)) == set()


def _not_looked_at(contract: Json, made: set[str]) -> Iterator[str]:
    for path, method, operation in operations(contract):
        is_making = method == "post" and "201" in operation["responses"]
        if is_making and path not in made and operation["operationId"] not in ELSEWHERE:
            yield operation["operationId"]
