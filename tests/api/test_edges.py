"""Requests that no route was written for: each is answered as a problem, and changes nothing."""

import gzip
import json
import re
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Response
from starlette.types import Receive, Scope, Send
from structlog.contextvars import get_contextvars

from api.edge import Edge
from domain.kernel.settings import Settings
from tests.desk import Desk
from tests.world import Tenant, client_for

COMMUNITY = {"name": "Vaud", "slug": "vaud", "time_zone": "Europe/Zurich"}
JSON = {"content-type": "application/json"}


async def make(tenant: Tenant) -> str:
    made = await tenant.client.post("/v1/communities", json=COMMUNITY)
    id_: str = made.json()["id"]
    return id_


async def names(tenant: Tenant) -> list[str]:
    found = await tenant.client.get("/v1/communities")
    return [each["name"] for each in found.json()["data"]]


@pytest.mark.parametrize(
    "path",
    ["/v1/communities", "/v1/mentions", "/v1/metrics", "/v1/errors", "/livez", "/docs"],
)
async def test_head_says_what_get_says_without_its_body(tenant: Tenant, path: str) -> None:
    whole = await tenant.client.get(path)

    head = await tenant.client.head(path)

    assert head.status_code == whole.status_code == 200
    assert head.content == b""
    kept = ("content-type", "content-length", "etag")
    assert [head.headers.get(each) for each in kept] == [whole.headers.get(each) for each in kept]


async def test_head_of_what_is_not_there_is_not_found(tenant: Tenant) -> None:
    head = await tenant.client.head("/v1/communities/com_" + "0" * 32)

    assert (head.status_code, head.content) == (404, b"")
    assert head.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/communities", "GET, POST, HEAD, OPTIONS"),
        ("/v1/communities/com_1", "GET, PATCH, DELETE, HEAD, OPTIONS"),
        ("/v1/posts/validate", "POST, OPTIONS"),
        ("/v1/posts/post_1/schedule", "POST, OPTIONS"),
        ("/v1/mentions/mark", "POST, OPTIONS"),
        ("/v1/posts/export", "GET, HEAD, OPTIONS"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
        ("/graphql", "GET, POST, HEAD, OPTIONS"),
        ("/docs/assets/swagger-ui.css", "GET, HEAD, OPTIONS"),
    ],
)
async def test_every_method_of_an_address_is_named(tenant: Tenant, path: str, allowed: str) -> None:
    asked = await tenant.client.options(path)
    refused = await tenant.client.put(path)
    unknown = await tenant.client.request("FOO", path)

    assert (asked.status_code, asked.content, asked.headers["allow"]) == (204, b"", allowed)
    for answer in (refused, unknown):
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
        assert answer.json()["code"] == "method.not_allowed"


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_address_that_ends_in_a_slash_is_unknown_and_says_so(
    tenant: Tenant, method: str
) -> None:
    answer = await tenant.client.request(method, "/v1/communities/")

    assert answer.status_code == 404
    assert answer.json()["code"] == "route.unknown"
    assert answer.json()["detail"] == "No address here ends in a slash."


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/nothing", "/v1/communities/a%2Fb"])
async def test_unknown_address_is_a_problem_for_anybody(
    stranger: httpx2.AsyncClient, path: str
) -> None:
    answer = await stranger.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "route.unknown"


async def test_of_endless_faults_the_first_hundred_are_told(tenant: Tenant) -> None:
    flood = {f"name{number}": number for number in range(5_000)}

    body = await tenant.client.post("/v1/communities", json=COMMUNITY | flood)
    query = await tenant.client.get("/v1/posts", params={f"a{each}": "" for each in range(500)})

    for answer, first in ((body, "/name0"), (query, "/query/a0")):
        told = answer.json()["errors"]
        assert (answer.status_code, len(told), told[0]["pointer"]) == (422, 100, first)


@pytest.mark.parametrize("path", ["/v1/nothing", "//elsewhere.example/", "/assets/nothing.js"])
async def test_browser_at_an_unknown_address_is_shown_a_page_that_leads_on(
    stranger: httpx2.AsyncClient, path: str
) -> None:
    looking = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "de"}
    url = f"http://parvis.test{path}"

    page = await stranger.get(url, headers=looking)
    head = await stranger.head(url, headers=looking)

    assert [(each.status_code, each.headers["vary"]) for each in (page, head)] == [
        (404, "Accept")
    ] * 2
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>An dieser Adresse ist nichts</h1>" in page.text
    assert set(re.findall('<a [^>]*href="([^"]+)"', page.text)) == {
        *("#main", "/account", "/docs", "?lang=fr", "?lang=de", "?lang=it", "?lang=en")
    }
    assert (head.content, head.headers["content-type"]) == (b"", page.headers["content-type"])


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_browser_at_the_root_is_led_to_the_reference(
    stranger: httpx2.AsyncClient, method: str
) -> None:
    answer = await stranger.request(method, "/", headers={"Accept": "text/html"})

    assert (answer.status_code, answer.headers["location"]) == (307, "/docs")
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize(
    ("path", "codes"),
    [
        ("/v1/communities?limt=3", {"/query/limt": "parameter.unknown"}),
        ("/v1/mentions?statut=open", {"/query/statut": "parameter.unknown"}),
        ("/v1/mentions/men_1?q=a", {"/query/q": "parameter.unknown"}),
        ("/v1/metrics/series?metric=likes&form=2026-01-01", {"/query/form": "parameter.unknown"}),
        ("/v1/workspace?a~b%2Fc=1", {"/query/a~0b~1c": "parameter.unknown"}),
        ("/v1/communities?limit=3&limit=4", {"/query/limit": "parameter.repeated"}),
        ("/v1/mentions?sort=said_at&sort=-said_at", {"/query/sort": "parameter.repeated"}),
        ("/v1/errors?lang=fr", {"/query/lang": "parameter.unknown"}),
    ],
)
async def test_slip_in_a_query_is_told_and_not_passed_over(
    tenant: Tenant, path: str, codes: dict[str, str]
) -> None:
    answer = await tenant.client.get(path)

    problem = answer.json()
    assert answer.status_code == 422
    assert problem["code"] == next(iter(codes.values()))
    assert {each["pointer"]: each["code"] for each in problem["errors"]} == codes


async def test_two_kinds_of_slips_are_told_at_once_with_what_there_is(tenant: Tenant) -> None:
    answer = await tenant.client.get("/v1/communities?limt=3&cursor=a&cursor=b")

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "request.invalid")
    assert [(each["code"], each["message"]) for each in problem["errors"]] == [
        ("parameter.unknown", "The parameters here are: cursor, is_archived, limit, sort."),
        ("parameter.repeated", "`cursor` is sent once."),
    ]


async def test_change_with_a_parameter_nobody_knows_changes_nothing(tenant: Tenant) -> None:
    answer = await tenant.client.post("/v1/communities?dry_run=true", json=COMMUNITY)

    assert (answer.status_code, answer.json()["code"]) == (422, "parameter.unknown")
    assert await names(tenant) == []


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b'{"name": "V', JSON, 400, "body.malformed"),
        (b'{"name": "\xe9"}', JSON, 400, "body.malformed"),
        (b"\xff\xfe{", JSON, 400, "body.malformed"),
        (b"[" * 100_000, JSON, 400, "body.malformed"),
        (b"", JSON, 422, "request.invalid"),
        (b"[]", JSON, 422, "request.invalid"),
        (b"{}", {"content-type": "text/plain"}, 415, "body.unsupported"),
        (b"{}", {}, 415, "body.unsupported"),
        (b"name=V", {"content-type": "application/x-www-form-urlencoded"}, 415, "body.unsupported"),
        (b'{"name":"' + b"V" * 2_000_000 + b'"}', JSON, 413, "body.too_large"),
    ],
    ids=lambda value: repr(value)[:24],
)
async def test_body_that_cannot_be_taken_has_its_own_code_and_changes_nothing(
    tenant: Tenant, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    made = await tenant.client.post("/v1/communities", content=content, headers=headers)
    id_ = await make(tenant)
    changed = await tenant.client.patch(
        f"/v1/communities/{id_}", content=content, headers={**headers, "If-Match": '"1"'}
    )

    for answer in (made, changed):
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    assert await names(tenant) == ["Vaud"]


async def test_compressed_body_is_told_what_to_send_instead(tenant: Tenant) -> None:
    headers = {**JSON, "content-encoding": "gzip"}
    made = await tenant.client.post(
        "/v1/communities", content=gzip.compress(json.dumps(COMMUNITY).encode()), headers=headers
    )
    asked = await tenant.client.post(
        "/graphql", content=gzip.compress(b'{"query": "{ __typename }"}'), headers=headers
    )

    problem, [error] = made.json(), asked.json()["errors"]
    assert (made.status_code, problem["code"]) == (415, "body.unsupported")
    assert problem["detail"] == error["message"] == "No compressed bodies are taken here."
    assert problem["remedy"] == "Send the body uncompressed, without Content-Encoding."
    assert made.headers["accept-encoding"] == "identity"
    assert (asked.status_code, error["extensions"]["code"]) == (415, "query.malformed")
    assert await names(tenant) == []


@pytest.mark.parametrize(
    ("content", "line", "column", "offset", "why"),
    [
        (b'{"name": "V', 1, 10, 9, "Unterminated string starting at"),
        ('{"name": "é",\n  "slug" 1}'.encode(), 2, 10, 23, "Expecting ':' delimiter"),
        (b"not JSON", 1, 1, 0, "Expecting value"),
    ],
)
async def test_broken_json_is_told_by_its_place_and_by_no_pointer(
    tenant: Tenant, content: bytes, line: int, column: int, offset: int, why: str
) -> None:
    by_rest = await tenant.client.post("/v1/communities", content=content, headers=JSON)
    by_graph = await tenant.client.post("/graphql", content=content, headers=JSON)

    position = {"line": line, "column": column, "offset": offset}
    problem, [error] = by_rest.json(), by_graph.json()["errors"]
    assert (by_rest.status_code, problem["errors"], problem["position"]) == (400, [], position)
    assert problem["detail"] == f"The body is not JSON at line {line}, column {column}: {why}."
    assert (by_graph.status_code, error["extensions"]["position"]) == (400, position)
    assert error["extensions"]["faults"] == []


async def test_key_that_an_object_names_twice_is_refused_by_its_name(tenant: Tenant) -> None:
    """The last one won, and nobody was told."""
    id_ = await make(tenant)
    made = await tenant.client.post(
        "/v1/calendars",
        content=f'{{"community_id": "{id_}", "name": "A", "slots": [{{"é": 1, "é": 2}}]}}',
        headers=JSON,
    )
    changed = await tenant.client.patch(
        f"/v1/communities/{id_}",
        content='{"name": "Un", "name": "Deux"}',
        headers={**JSON, "If-Match": "*"},
    )
    asked = await tenant.client.post(
        "/graphql",
        content='{"query": "query($a: Int) { __typename }", "variables": {"a": 1, "a": 2}}',
        headers=JSON,
    )

    for answer, key in ((made, "é"), (changed, "name")):
        assert (answer.status_code, answer.json()["code"]) == (400, "body.malformed"), answer.text
        assert answer.json()["detail"] == f'An object names the key "{key}" twice.'
    [error] = asked.json()["errors"]
    assert (asked.status_code, error["message"]) == (400, 'An object names the key "a" twice.')
    assert await names(tenant) == ["Vaud"]


async def test_bodies_that_are_too_large_are_told_the_limit(
    tenant: Tenant, settings: Settings
) -> None:
    heavy = b'{"query":"' + b"V" * settings.body_max_bytes + b'"}'
    told = [
        (await tenant.client.post(path, content=heavy, headers=JSON)).json()
        for path in ("/v1/communities", "/graphql", "/v1/uploads/prepare", "/v1/posts/validate")
    ]

    for problem in told:
        assert (problem["status"], problem["code"]) == (413, "body.too_large")
        assert problem["detail"] == f"A body here may weigh {settings.body_max_bytes:,} bytes."
        assert problem["remedy"].startswith("Send less at once")


async def test_merge_patch_may_be_called_by_its_name(tenant: Tenant) -> None:
    id_ = await make(tenant)

    answer = await tenant.client.patch(
        f"/v1/communities/{id_}",
        content=b'{"name": "Valais"}',
        headers={"If-Match": '"1"', "content-type": "application/merge-patch+json"},
    )

    assert (answer.status_code, answer.json()["name"]) == (200, "Valais")


@pytest.mark.parametrize(
    ("sent", "echoed"), [("mobile-7f3a9c21", True), ("short", False), ("a b c d e f g", False)]
)
async def test_request_names_itself_or_is_named(
    tenant: Tenant,
    sent: str,
    echoed: bool,  # noqa: FBT001 - a column of the table
) -> None:
    answer = await tenant.client.get("/v1/nothing", headers={"X-Request-Id": sent})

    told: dict[str, Any] = answer.json()
    assert told["request_id"] == answer.headers["x-request-id"]
    assert (told["request_id"] == sent) is echoed


async def test_what_nobody_foresaw_is_an_answer_like_any_other(app: FastAPI) -> None:
    async def broken() -> None:
        raise ZeroDivisionError("with a secret in it")

    app.add_api_route("/broken", broken, include_in_schema=False)
    async with client_for(app, None) as client:
        answer = await client.get("/broken", headers={"X-Request-Id": "mobile-7f3a9c21"})
    app.router.routes.pop()

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "mobile-7f3a9c21"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["/v1/me", "/v1/mentions"])
async def test_two_tokens_are_none(tenant: Tenant, foreigner: Tenant, path: str) -> None:
    """Neither the first nor the last counts: whatever stands before the api may look at either."""
    tokens = [("Authorization", f"Bearer {each.token}") for each in (tenant, foreigner)]
    async with httpx2.AsyncClient(
        transport=tenant.client._transport, base_url="http://parvis.test"
    ) as client:
        answer = await client.get(path, headers=tokens)

    assert (answer.status_code, answer.json()["code"]) == (422, "parameter.repeated")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/header/Authorization"]


async def test_a_change_has_one_key_and_one_version(tenant: Tenant) -> None:
    keys = [("Idempotency-Key", "one"), ("Idempotency-Key", "two")]
    made = await tenant.client.post("/v1/communities", json=COMMUNITY, headers=keys)
    assert (made.status_code, made.json()["code"]) == (422, "parameter.repeated")
    assert await names(tenant) == []

    id_ = await make(tenant)
    tags = [("If-Match", '"1"'), ("If-Match", '"2"')]
    changed = await tenant.client.patch(
        f"/v1/communities/{id_}", json={"name": "Other"}, headers=tags
    )
    assert (changed.status_code, changed.json()["code"]) == (422, "parameter.repeated")
    assert await names(tenant) == ["Vaud"]


async def test_a_post_that_means_head_has_the_length_of_nothing(tenant: Tenant) -> None:
    url = "/v1/uploads/upl_0199e2b4c1d07a3f8e5d6c7b8a901234"
    answer = await tenant.client.post(url, headers={"X-HTTP-Method-Override": "HEAD"})

    assert answer.status_code >= 400
    assert (answer.content, answer.headers["content-length"]) == (b"", "0")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ('{"a":' * 300 + "1" + "}" * 300, "too_deep"),
        ("[" * 300 + "]" * 300, "too_deep"),
        (r'"\ud800"', "string_unicode"),
        (r'{"\udc00": 1}', "string_unicode"),
    ],
)
async def test_settings_that_nothing_can_store_are_refused(
    desk: Desk, value: str, code: str
) -> None:
    body = (
        f'{{"calendar_id": "{desk.calendar}", "title": "T", "settings": {{"x": {{"y": {value}}}}}}}'
    )
    answer = await desk.client.post("/v1/posts", content=body, headers=JSON)

    assert answer.status_code == 422, answer.text
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/settings/x", code)


async def test_what_is_logged_in_a_request_names_it(app: FastAPI) -> None:
    """An answer says to name the request when asking for help, and no line in the log did."""
    bound: list[dict[str, Any]] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        bound.append(get_contextvars())
        await Response("done")(scope, receive, send)

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        await Edge(inner, body_max_bytes=1)({**scope, "app": app}, receive, send)

    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(outer), base_url="http://parvis.test"
    ) as client:
        answer = await client.get("/", headers={"X-Request-Id": "ours-0001"})

    assert bound == [{"request_id": "ours-0001"}]
    assert answer.headers["x-request-id"] == "ours-0001"
    assert get_contextvars() == {}
