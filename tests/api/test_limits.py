"""Limits as clients see them: headers, refusals, and what is open when Valkey is away."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRouter

from api.limits import Limit, failed, hit, passed
from api.main import create_app
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.domain.identity.build import build_application
from tests.world import Tenant, client_for, make_tenant, opened

POLICY = '"token";q=5;w=60'


@pytest.fixture(scope="module")
async def limited(settings: Settings) -> AsyncIterator[FastAPI]:
    """An api that limits tokens to 5 requests, addresses to 3 and tries to 4 a minute."""
    tight = settings.model_copy(
        update={
            "limit_token_per_min": 5,
            "limit_address_per_min": 3,
            "limit_sign_in_per_min": 100,
            "lockout_failures": 2,
            "cors_origins": ("https://app.example",),
        }
    )
    app = create_app(tight)
    app.include_router(door)
    async with opened(app) as running:
        yield running


@pytest.fixture
async def holder(limited: FastAPI, database: Database) -> AsyncIterator[Tenant]:
    async with make_tenant(limited, database) as found:
        yield found


door = APIRouter()


@door.post("/try/{account}")
async def knock(request: Request, response: Response, account: str, secret: str) -> str:
    """A sign-in as pages do it, with a password that is `right`."""
    await hit(request, Limit.SIGN_IN, key=account)
    if secret != "right":
        await failed(request, Limit.SIGN_IN, key=account)
        return "wrong"
    await passed(request, response, Limit.SIGN_IN, key=account)
    return "right"


@door.get("/broken")
async def break_down() -> None:
    raise ZeroDivisionError


def from_address(app: FastAPI, host: str, token: str | None = None) -> httpx2.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    transport = httpx2.ASGITransport(app=app, client=(host, 1))
    return httpx2.AsyncClient(transport=transport, base_url="http://parvis.test", headers=headers)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/communities",
        "/v1/mentions",
        "/v1/mentions?status=open",
        "/v1/metrics/series?metric=likes&since=2026-11-01&until=2026-11-02",
        "/graphql?query={__typename}",
    ],
)
async def test_every_door_counts_a_token(holder: Tenant, path: str) -> None:
    answers = [await holder.client.get(path) for _ in range(7)]

    assert [each.status_code == 429 for each in answers] == [False] * 5 + [True] * 2
    assert [each.headers["ratelimit-policy"] for each in answers] == [POLICY] * 7
    left = [each.headers["ratelimit"].split(";")[1] for each in answers]
    assert left == ["r=4", "r=3", "r=2", "r=1", "r=0", "r=0", "r=0"]


async def test_a_refusal_is_a_problem_that_says_when_to_come_back(holder: Tenant) -> None:
    for _ in range(5):
        await holder.client.get("/v1/mentions")
    refused = await holder.client.get("/v1/mentions")

    problem = refused.json()
    assert (problem["status"], problem["code"]) == (429, "rate.exceeded")
    assert problem["detail"] == "The limit `token` of 5 in 60 seconds is used up."
    assert problem["is_retryable"] is True
    waits = [int(refused.headers["retry-after"]), int(refused.headers["ratelimit"].split("t=")[1])]
    assert 0 < waits[1] - 1 <= waits[0] <= 120


async def test_a_refused_change_changes_nothing(holder: Tenant) -> None:
    body = {"slug": "vaud", "name": "Vaud", "time_zone": "Europe/Zurich"}
    for _ in range(4):
        await holder.client.get("/v1/workspace")
    made = await holder.client.post("/v1/communities", json=body)
    refused = await holder.client.post("/v1/communities", json={**body, "slug": "bern"})

    assert (made.status_code, refused.status_code) == (201, 429)


async def test_a_browser_can_read_a_refusal(holder: Tenant) -> None:
    origin = {"Origin": "https://app.example"}
    answers = [await holder.client.get("/v1/mentions", headers=origin) for _ in range(6)]

    assert answers[5].status_code == 429
    assert answers[5].headers["access-control-allow-origin"] == "https://app.example"
    assert "RateLimit" in answers[0].headers["access-control-expose-headers"]


async def test_a_browser_can_read_what_nobody_foresaw(limited: FastAPI) -> None:
    origin = "https://app.example"
    async with from_address(limited, "203.0.113.8") as page:
        answer = await page.get("/broken", headers={"Origin": origin})

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["x-request-id"] == answer.json()["request_id"]


async def test_a_browser_reads_on_where_its_address_asked_too_much(
    limited: FastAPI, database: Database, holder: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No origin is known from before, and each is asked about anew.
    monkeypatch.setattr("api.cors.KNOWN_FOR_S", 0.0)
    origin = "https://noisy.example"
    await build_application(database, holder.workspace_id, origins=[origin])
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    async with from_address(limited, "203.0.113.9") as page:
        ahead = [await page.options("/v1/posts", headers=asked) for _ in range(5)]
        answers = [await page.get("/v1/posts", headers={"Origin": origin}) for _ in range(5)]
        still = await page.options("/v1/posts", headers=asked)

    assert [each.status_code for each in (*ahead, still)] == [204] * 6
    assert [each.status_code for each in answers] == [401, 401, 401, 429, 429]
    allowed = "access-control-allow-origin"
    assert [each.headers[allowed] for each in (*ahead, *answers, still)] == [origin] * 11


async def test_an_address_without_a_token_is_turned_away(limited: FastAPI) -> None:
    async with from_address(limited, "203.0.113.1") as stranger:
        paths = ("/v1/errors", "/v1/mentions", "/nowhere", "/v1/errors", "/docs")
        answers = [await stranger.get(path) for path in paths]
        alive = await stranger.get("/livez")

    assert [each.status_code for each in answers] == [200, 401, 404, 429, 429]
    assert answers[0].headers["ratelimit"].startswith('"address";r=2;t=')
    assert answers[3].json()["code"] == "rate.exceeded"
    assert alive.status_code == 200
    assert "ratelimit" not in alive.headers


async def test_made_up_tokens_count_against_their_address(limited: FastAPI, holder: Tenant) -> None:
    forged = holder.token[:-1] + ("a" if holder.token[-1] != "a" else "b")
    async with from_address(limited, "203.0.113.2", forged) as stranger:
        answers = [await stranger.get("/v1/mentions") for _ in range(5)]

    assert [each.status_code for each in answers] == [401, 401, 401, 429, 429]


async def test_who_shares_a_noisy_address_keeps_working(limited: FastAPI, holder: Tenant) -> None:
    async with (
        from_address(limited, "203.0.113.3") as noisy,
        from_address(limited, "203.0.113.3", holder.token) as neighbour,
    ):
        first = await neighbour.get("/v1/mentions")
        loud = [await noisy.get("/v1/errors") for _ in range(5)]
        second = await neighbour.get("/v1/mentions")

    assert [each.status_code for each in loud] == [200, 200, 200, 429, 429]
    assert (first.status_code, second.status_code) == (200, 200)


async def test_a_known_browser_signs_in_where_strangers_are_locked(limited: FastAPI) -> None:
    async with (
        from_address(limited, "203.0.113.4") as ana,
        from_address(limited, "203.0.113.4") as eve,
    ):
        first = await ana.post("/try/ana", params={"secret": "right"})
        guesses = [await eve.post("/try/ana", params={"secret": "wrong"}) for _ in range(3)]
        again = await ana.post("/try/Ana ", params={"secret": "right"})

    assert first.json() == "right"
    assert [each.status_code for each in guesses] == [200, 200, 429]
    assert 0 < int(guesses[2].headers["retry-after"]) <= 900
    assert (again.status_code, again.json()) == (200, "right")


async def test_reads_go_on_and_tries_stop_when_valkey_is_away(
    holder: Tenant, settings: Settings
) -> None:
    gone = settings.redis_url.get_secret_value() + ".gone"
    lonely = create_app(
        settings.model_copy(
            update={
                "redis_url": type(settings.redis_url)(gone),
                "limit_token_per_min": 5,
                "limit_sign_in_per_min": 20,
            }
        )
    )
    lonely.include_router(door)
    async with opened(lonely) as app, client_for(app, holder.token) as client:
        reads = [await client.get("/v1/mentions") for _ in range(6)]
        tried = await client.post("/try/ana", params={"secret": "right"})

    assert [each.status_code for each in reads] == [200] * 5 + [429]
    assert (tried.status_code, tried.json()["code"]) == (503, "dependency.away")
    assert tried.headers["retry-after"] == "1"


async def test_two_processes_share_what_they_count(
    limited: FastAPI, holder: Tenant, settings: Settings
) -> None:
    twin = create_app(settings.model_copy(update={"limit_token_per_min": 5}))
    async with opened(twin) as app, client_for(app, holder.token) as client:
        here = [(await holder.client.get("/v1/mentions")).status_code for _ in range(4)]
        await limited.state.parvis.allowances.share()
        await client.get("/v1/mentions")
        await app.state.parvis.allowances.share()
        there = [(await client.get("/v1/mentions")).status_code for _ in range(2)]

    assert (here, there) == ([200] * 4, [429, 429])


async def test_a_heavy_operation_counts_as_many_requests(holder: Tenant) -> None:
    query = (
        "{ communities(first: 100) { edges { node { id accounts { edges { node { id } } } } } } }"
    )
    answer = await holder.client.post("/graphql", json={"query": query})

    cost = answer.json()["extensions"]["cost"]["requestedQueryCost"]
    assert cost == 2100
    assert answer.headers["ratelimit"].startswith('"token";r=0;t=')
