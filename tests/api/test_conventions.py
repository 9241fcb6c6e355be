"""What holds for every list, change and removal, on both faces: read off the contract.

A new route is in these tests by itself, as soon as `tests/api/furnished.py` has a thing for it.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from graphql import GraphQLObjectType, GraphQLUnionType, get_named_type

from api.contract.describe import operations
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.api.furnished import Furnished, furnish
from tests.api.graph.asking import post
from tests.api.test_parity import ONLY_REST, field_at, place_of
from tests.world import client_for

Json = dict[str, Any]
WINDOW = {"since": "2026-11-01T00:00:00Z", "until": "2026-12-01T00:00:00Z"}
STALE = '"999999"'
NOBODY = "0" * 32


@pytest.fixture(scope="module")
async def house(settings: Settings, database: Database) -> Furnished:
    return await furnish(settings, database)


@pytest.fixture
async def client(app: FastAPI, house: Furnished) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_for(app, house.token) as found:
        yield found


@pytest.fixture(scope="module")
def contract(app: FastAPI) -> Json:
    described: Json = app.openapi()
    return described


def found(contract: Json, method: str, parameter: str) -> Iterator[tuple[str, Json]]:
    """Every operation of a method that takes the parameter, with its path."""
    for path, verb, operation in operations(contract):
        names = {each["name"] for each in operation.get("parameters", [])}
        if verb == method and parameter in names and operation["operationId"] not in ONLY_REST:
            yield path, operation


def filled(path: str, operation: Json, house: Furnished, *, nobody: bool = False) -> str | None:
    """The path of a thing that is there, or of none of its kind; None where none is furnished."""
    for parameter in operation["parameters"]:
        if parameter["in"] != "path":
            continue
        prefix = parameter["schema"].get("pattern", "").strip("^").partition("_")[0]
        if not nobody and prefix not in house.ids:
            return None
        id_ = f"{prefix}_{NOBODY}" if nobody else house.ids[prefix][-1]
        path = path.replace("{" + parameter["name"] + "}", id_)
    return path


def required(operation: Json) -> Json:
    names = {p["name"] for p in operation["parameters"] if p["in"] == "query" and p["required"]}
    return {name: {**WINDOW, "metric": "likes"}[name] for name in names}


async def test_every_list_refuses_junk_and_goes_on_by_link(
    client: httpx2.AsyncClient, house: Furnished, contract: Json
) -> None:
    wrong: list[str] = []
    for path, operation in found(contract, "get", "cursor"):
        url, asked = filled(path, operation, house), required(operation)
        assert url is not None, path
        most = next(p for p in operation["parameters"] if p["name"] == "limit")["schema"]["maximum"]
        for name, value, code in (
            ("cursor", "junk", "cursor.invalid"),
            ("cursor", "gaVzb3J0", "cursor.invalid"),
            ("limit", 0, "request.invalid"),
            ("limit", most + 1, "request.invalid"),
        ):
            answer = await client.get(url, params={**asked, name: value})
            if (answer.status_code, answer.json().get("code")) != (422, code):
                wrong.append(f"{path}?{name}={value}: {answer.status_code}")
        first = await client.get(url, params={**asked, "limit": 1})
        page = first.json()["page"]
        if ("next" in first.links) is not page["has_more"]:
            wrong.append(f"{path}: has_more is {page['has_more']}, {first.links}")
        if page["has_more"]:
            second = await client.get(first.links["next"]["url"])
            if second.status_code != 200 or first.json()["data"] == second.json()["data"]:
                wrong.append(f"{path}: the next page is {second.status_code}")

    assert wrong == []


async def test_every_list_of_the_graph_refuses_junk_with_the_same_codes(
    client: httpx2.AsyncClient, contract: Json
) -> None:
    wrong: list[str] = []
    for _, operation in found(contract, "get", "cursor"):
        place = place_of(operation["operationId"])
        if not place.startswith("Query."):
            continue
        name = place.removeprefix("Query.")
        window = "".join(f', {each}: "{WINDOW[each]}"' for each in required(operation))
        for arguments, code in (
            ('after: "junk"', "cursor.invalid"),
            ("first: 0", "request.invalid"),
            ("first: 101", "request.invalid"),
        ):
            answer = await post(
                client, f"{{ {name}({arguments}{window}) {{ nodes {{ __typename }} }} }}"
            )
            told = [each["extensions"]["code"] for each in answer.json().get("errors", [])]
            if (answer.status_code, told) != (200, [code]):
                wrong.append(f"{name}({arguments}): {answer.status_code} {told}")

    assert wrong == []


async def test_every_change_needs_the_version_it_was_read_in(
    client: httpx2.AsyncClient, house: Furnished, contract: Json
) -> None:
    wrong: list[str] = []
    for path, operation in found(contract, "patch", "If-Match"):
        url = filled(path, operation, house)
        if url is None:
            wrong.append(f"{path}: furnish one")
            continue
        before = await client.get(url)
        nobody = filled(path, operation, house, nobody=True) if "{" in path else None
        for asked, headers, status, code in (
            (url, {}, 428, "version.missing"),
            (url, {"If-Match": STALE}, 412, "version.stale"),
            (url, {"If-Match": "3"}, 422, "request.invalid"),
            (nobody, {"If-Match": "*"}, 404, "not_found"),
            (nobody, {}, 404, "not_found"),
        ):
            if asked is not None:
                answer = await client.patch(asked, json={}, headers=headers)
                if (answer.status_code, answer.json().get("code")) != (status, code):
                    wrong.append(f"{path} {headers}: {answer.status_code} {answer.text}")
        kept = await client.patch(url, json={}, headers={"If-Match": before.headers["etag"]})
        if (kept.status_code, version_in(kept)) != (200, version_in(before)):
            wrong.append(f"{path}: an empty change is {kept.status_code} {kept.text}")
        if (await client.get(url)).json() != before.json():
            wrong.append(f"{path}: it was changed")

    assert wrong == []


def version_in(answer: httpx2.Response) -> str:
    return answer.headers["etag"].strip('"').partition("-")[0]


async def test_every_read_with_an_etag_is_304_while_nothing_has_changed(
    client: httpx2.AsyncClient, house: Furnished, contract: Json
) -> None:
    wrong: list[str] = []
    tagged = 0
    for path, method, operation in operations(contract):
        told = operation["responses"].get("200", {}).get("headers", {})
        url = filled(path, operation, house) if method == "get" and "{" in path else None
        if url is None or operation["operationId"] in ONLY_REST:
            continue
        read = await client.get(url, params=required(operation))
        tag = read.headers.get("etag")
        if (tag is not None) is not ("ETag" in told and "304" in operation["responses"]):
            wrong.append(f"{path}: gives {tag}, tells {sorted(told)}")
        if tag is not None:
            tagged += 1
            wrong += [each async for each in unlike(client, url, tag)]

    assert wrong == []
    assert tagged > 20


async def unlike(client: httpx2.AsyncClient, url: str, tag: str) -> AsyncIterator[str]:
    """What is answered otherwise than it must be to who has something already."""
    for known, status in ((tag, 304), (f'"0", W/{tag}', 304), ("*", 304), ('"0"', 200)):
        for method in ("GET", "HEAD"):
            again = await client.request(method, url, headers={"If-None-Match": known})
            if (again.status_code, again.headers.get("etag")) != (status, tag):
                yield f"{method} {url} {known}: {again.status_code}"
            if status == 304 and again.content:
                yield f"{method} {url}: 304 with a body"
    long = await client.get(url, headers={"If-None-Match": "0" * 3000})
    if long.status_code != 422:
        yield f"{url}: takes any length"


async def test_read_is_told_again_when_what_it_shows_has_moved(
    client: httpx2.AsyncClient, house: Furnished
) -> None:
    url = f"/v1/posts/{house.ids['post'][-1]}"
    before = await client.get(url)
    tag = before.headers["etag"]
    await client.patch(url, json={"title": "Other"}, headers={"If-Match": tag})

    after = await client.get(url, headers={"If-None-Match": tag})
    stale = await client.patch(url, json={"title": "Third"}, headers={"If-Match": tag})

    assert (after.status_code, after.json()["title"]) == (200, "Other")
    assert after.headers["cache-control"] == "private, no-cache"
    assert int(version_in(after)) == int(version_in(before)) + 1
    assert (stale.status_code, stale.json()["code"]) == (412, "version.stale")


async def test_every_change_of_the_graph_needs_the_version_too(
    client: httpx2.AsyncClient, house: Furnished, contract: Json
) -> None:
    wrong: list[str] = []
    for path, operation in found(contract, "patch", "If-Match"):
        name = place_of(operation["operationId"]).removeprefix("Mutation.")
        url = filled(path, operation, house) or ""
        ids = [part for part in url.split("/") if "_" in part]
        sent = f'id: "{ids[-1]}", ' if "{" in path else ""
        query = (
            f"mutation {{ {name}(input: {{{sent}expectedVersion: 999999}}) "
            "{ __typename ... on Error { code } } }"
        )
        answer = (await post(client, query)).json()["data"][name]
        if answer != {"__typename": "VersionStaleError", "code": "version.stale"}:
            wrong.append(f"{name}: {answer}")

    assert wrong == []


async def test_every_removal_spares_what_is_newer_and_knows_what_is_not_there(
    client: httpx2.AsyncClient, house: Furnished, contract: Json
) -> None:
    wrong: list[str] = []
    for path, operation in found(contract, "delete", "If-Match"):
        url = filled(path, operation, house)
        nobody = filled(path, operation, house, nobody=True)
        if url is None or nobody is None:
            wrong.append(f"{path}: furnish one")
            continue
        stale = await client.delete(url, headers={"If-Match": STALE})
        missing = await client.delete(nobody)
        if (stale.status_code, stale.json()["code"]) != (412, "version.stale"):
            wrong.append(f"{path}: {stale.status_code} {stale.text}")
        if (missing.status_code, missing.json()["code"]) != (404, "not_found"):
            wrong.append(f"{path}: {missing.status_code} {missing.text}")
        if (await client.get(url)).status_code != 200:
            wrong.append(f"{path}: it is gone")

    assert wrong == []


async def test_ids_of_another_kind_and_none_at_all_are_told_apart_everywhere(
    client: httpx2.AsyncClient, contract: Json
) -> None:
    wrong: list[str] = []
    for path, method, operation in operations(contract):
        patterns = [
            p["schema"].get("pattern", "")
            for p in operation.get("parameters", [])
            if p["in"] == "path"
        ]
        if not patterns or not patterns[0].endswith("_[0-9a-f]{32}$"):
            continue
        other = "com" if not patterns[0].startswith("^com_") else "post"
        for text, code in ((f"{other}_{NOBODY}", "id.wrong_kind"), ("xyz", "id.malformed")):
            head, _, tail = path.partition("{")
            url = f"{head}{text}{tail.partition('}')[2]}"
            answer = await client.request(method, url, params=required(operation))
            codes = {answer.json()["code"], *(e["code"] for e in answer.json()["errors"])}
            if codes == {"upload.protocol_unknown"}:
                continue  # tus 1.0 wants this said before anything else
            if answer.status_code not in {415, 422} or (
                answer.status_code == 422 and code not in codes
            ):
                wrong.append(f"{method} {url}: {answer.status_code} {codes}")

    assert wrong == []


def test_every_mutation_answers_every_kind_of_error(contract: Json) -> None:
    unions = [
        get_named_type(field.type)
        for _, _, operation in operations(contract)
        if (field := field_at(place_of(operation["operationId"]))) is not None
        and place_of(operation["operationId"]).startswith("Mutation.")
    ]

    assert unions
    for union in unions:
        assert isinstance(union, GraphQLUnionType)
        names = {each.name for each in union.types}
        assert len([name for name in names if name.endswith("Success")]) == 1
        assert names > {
            "ConflictError",
            "NotFoundError",
            "RateLimitedError",
            "ScopeError",
            "UnavailableError",
            "ValidationError",
            "VersionStaleError",
        }
        for each in union.types:
            assert isinstance(each, GraphQLObjectType)
            is_error = "Error" in {interface.name for interface in each.interfaces}
            assert is_error is not each.name.endswith("Success")
