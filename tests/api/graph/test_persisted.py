"""Operations that are asked for by their hash, as Apollo's and urql's clients do."""

import hashlib
import json
from typing import Any

import httpx2
import pytest

from tests.api.graph.asking import JSON, RESPONSE_JSON
from tests.world import Tenant

QUERY = "query Persisted { me { workspaceName } }"


def hashed(text: str) -> dict[str, Any]:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"persistedQuery": {"version": 1, "sha256Hash": digest}}


async def send(tenant: Tenant, accept: str = RESPONSE_JSON, **body: object) -> httpx2.Response:
    return await tenant.client.post("/graphql", json=body, headers={"Accept": accept})


def code_of(answer: httpx2.Response) -> str:
    code: str = answer.json()["errors"][0]["extensions"]["code"]
    return code


async def test_hash_alone_will_do_once_its_query_was_sent(tenant: Tenant) -> None:
    first = await send(tenant, extensions=hashed(QUERY))
    plainly = await send(tenant, JSON, extensions=hashed(QUERY))
    both = await send(tenant, query=QUERY, extensions=hashed(QUERY))
    alone = await send(tenant, extensions=hashed(QUERY))
    asked = {"extensions": json.dumps(hashed(QUERY))}
    by_address = await tenant.client.get("/graphql", params=asked)

    assert (first.status_code, plainly.status_code) == (400, 200)
    assert code_of(first) == code_of(plainly) == "query.not_kept"
    assert first.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert both.json()["data"]["me"]["workspaceName"]
    assert alone.json() == by_address.json() == both.json()


async def test_hash_of_another_text_keeps_nothing(tenant: Tenant) -> None:
    other = "query Other { __typename }"

    wrong = await send(tenant, query=other, extensions=hashed("query Asked { __typename }"))
    after = await send(tenant, extensions=hashed("query Asked { __typename }"))

    assert (wrong.status_code, code_of(wrong)) == (400, "query.hash_wrong")
    assert code_of(after) == "query.not_kept"


async def test_document_that_does_not_fit_the_schema_is_not_kept(tenant: Tenant) -> None:
    refused = await send(tenant, query="{ nothing }", extensions=hashed("{ nothing }"))
    after = await send(tenant, extensions=hashed("{ nothing }"))

    assert (code_of(refused), code_of(after)) == ("query.invalid", "query.not_kept")


@pytest.mark.parametrize(
    "sent",
    [
        "text",
        {"version": 1},
        {"version": 2, "sha256Hash": "0" * 64},
        {"version": 1, "sha256Hash": "0" * 63},
        {"version": 1, "sha256Hash": 0},
    ],
)
async def test_hash_of_another_kind_is_no_request(tenant: Tenant, sent: object) -> None:
    answer = await send(tenant, query=QUERY, extensions={"persistedQuery": sent})

    assert (answer.status_code, code_of(answer)) == (400, "query.malformed")


async def test_other_extensions_are_passed_over(tenant: Tenant) -> None:
    answer = await send(tenant, query=QUERY, extensions={"clientLibrary": {"name": "a"}})

    assert answer.status_code == 200


async def test_long_document_is_sent_whole_every_time(tenant: Tenant) -> None:
    text = f"{{ __typename }} # {'x' * 20_000}"

    sent = await send(tenant, query=text, extensions=hashed(text))
    after = await send(tenant, extensions=hashed(text))

    assert sent.json()["data"] == {"__typename": "Query"}
    assert code_of(after) == "query.not_kept"
