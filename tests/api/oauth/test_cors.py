"""Which browser origins may read our answers."""

import httpx2
import pytest

from domain.kernel.database import Database
from tests.api.oauth.walking import Program, Resident, bearer, register, tokens_for
from tests.domain.identity.build import build_key, build_member
from tests.world import Tenant

ORIGIN, OTHER = "https://app.desk.example", "https://evil.example"
ALLOWED = "access-control-allow-origin"


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Origins are looked up each time: the application under test is a new one."""
    monkeypatch.setattr("api.cors.KNOWN_FOR_S", 0.0)


@pytest.fixture
async def web(tenant: Tenant, stranger: httpx2.AsyncClient) -> Program:
    """An application that runs in browsers."""
    return await register(tenant, stranger, with_secret=False, origins=[ORIGIN])


async def preflight(
    http: httpx2.AsyncClient, path: str, origin: str, method: str = "PATCH"
) -> httpx2.Response:
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    return await http.options(path, headers=headers)


@pytest.mark.parametrize("path", ["/v1/posts", "/graphql", "/oauth/token", "/oauth/userinfo"])
async def test_browser_of_an_application_is_told_what_it_may_send(web: Program, path: str) -> None:
    allowed = await preflight(web.http, path, ORIGIN)
    refused = await preflight(web.http, path, OTHER)

    assert (allowed.status_code, allowed.headers[ALLOWED]) == (204, ORIGIN)
    sent = allowed.headers["access-control-allow-headers"].split(", ")
    # The star stands for what tools of the page add; it never stands for Authorization.
    assert {"Authorization", "If-Match", "*"} <= set(sent)
    assert "PATCH" in allowed.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in allowed.headers
    assert ALLOWED not in refused.headers


async def test_answer_is_for_the_application_whose_token_was_sent(
    database: Database,
    tenant: Tenant,
    web: Program,
    program: Program,
    resident: Resident,
) -> None:
    own = await tokens_for(resident.tab, web)
    foreign = await tokens_for(resident.tab, program)
    member_id = await build_member(database, tenant.workspace_id)
    key = await build_key(database, tenant.workspace_id, member_id)

    async def told(token: str, origin: str, path: str = "/v1/posts") -> str | None:
        headers = {**bearer(token), "Origin": origin}
        answer = await web.http.get(path, headers=headers)
        assert answer.status_code == 200
        assert answer.headers["vary"] == "Origin"
        found: str | None = answer.headers.get(ALLOWED)
        return found

    assert await told(own["access_token"], ORIGIN) == ORIGIN
    assert await told(own["access_token"], ORIGIN, "/v1/mentions") == ORIGIN
    assert await told(own["access_token"], OTHER) is None
    assert await told(foreign["access_token"], ORIGIN) is None
    assert await told(key, ORIGIN) is None
    assert await told(tenant.token, ORIGIN) is None


async def test_browser_reads_refusals_too(web: Program) -> None:
    answer = await web.http.get("/v1/posts", headers={"Origin": ORIGIN})
    graph = await web.http.post("/graphql", json={}, headers={"Origin": ORIGIN})

    assert (answer.status_code, answer.headers[ALLOWED]) == (401, ORIGIN)
    readable = answer.headers["access-control-expose-headers"].split(", ")
    assert {"X-Request-Id", "Content-Disposition", "Content-Range"} <= set(readable)
    assert (graph.status_code, graph.headers[ALLOWED]) == (401, ORIGIN)


async def test_token_endpoint_answers_the_browser_of_the_client_that_asks(
    web: Program, program: Program
) -> None:
    async def told(client_id: str) -> tuple[int, str | None]:
        answer = await web.http.post(
            "/oauth/token",
            data={"grant_type": "refresh_token", "client_id": client_id, "refresh_token": "x"},
            headers={"Origin": ORIGIN},
        )
        return answer.status_code, answer.headers.get(ALLOWED)

    assert await told(web.client_id) == (400, ORIGIN)
    assert await told(program.client_id) == (401, None)


async def test_suspended_application_has_no_origins(
    tenant: Tenant, stranger: httpx2.AsyncClient
) -> None:
    origin = "https://suspended.example"
    web = await register(tenant, stranger, with_secret=False, origins=[origin])
    before = await preflight(web.http, "/v1/posts", origin)
    await tenant.client.patch(
        f"/v1/applications/{web.id}", json={"is_suspended": True}, headers={"If-Match": "*"}
    )
    after = await preflight(web.http, "/v1/posts", origin)

    assert before.headers[ALLOWED] == origin
    assert ALLOWED not in after.headers


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-protected-resource",
        "/oauth/jwks",
        "/openapi.json",
    ],
)
async def test_what_everybody_may_know_every_origin_may_read(
    stranger: httpx2.AsyncClient, path: str
) -> None:
    answer = await stranger.get(path, headers={"Origin": OTHER})
    plain = await stranger.get(path)

    assert (answer.status_code, answer.headers[ALLOWED]) == (200, OTHER)
    # Caches keep it: a copy that no page asked for is none for a page.
    assert ALLOWED not in plain.headers
    assert plain.headers["cache-control"].startswith("public")
    assert plain.headers["vary"] == "Origin"


@pytest.mark.parametrize("path", ["/oauth/authorize", "/oauth/consent", "/sign-in", "/device"])
async def test_pages_are_read_by_no_other_origin(web: Program, path: str) -> None:
    asked = await web.http.get(path, headers={"Origin": ORIGIN})
    ahead = await preflight(web.http, path, ORIGIN)

    assert ALLOWED not in asked.headers
    assert ALLOWED not in ahead.headers
