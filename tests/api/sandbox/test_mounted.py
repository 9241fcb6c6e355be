"""The sandbox where the api serves it."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx2
import pytest

from api.main import create_app
from domain.kernel.settings import Settings
from tests.world import client_for, opened


async def test_the_sandbox_is_served_below_the_api(stranger: httpx2.AsyncClient) -> None:
    made = await stranger.post("/sandbox/v1/accounts", json={"handle": "mounted"})
    reference = await stranger.get("/sandbox/docs")

    assert made.status_code == 201
    assert "/sandbox/openapi.json" in reference.text


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_a_large_file_may_be_sent_up(stranger: httpx2.AsyncClient, version: str) -> None:
    reply = await send_up(stranger, version, 3_000_000)

    assert (reply.status_code, reply.json()["size_bytes"]) == (201, 3_000_000)


async def test_no_more_of_a_file_is_kept_than_one_may_weigh(stranger: httpx2.AsyncClient) -> None:
    """Anybody may make an account, and filled the api's disk before it was refused."""
    reply = await send_up(stranger, "v1", 40_000_000)

    assert reply.status_code == 413


async def test_who_sends_slowly_keeps_no_connection(settings: Settings) -> None:
    """A few such calls of anybody kept all others from the database."""
    app = create_app(
        settings.model_copy(update={"database_pool_size": 1, "database_patience_s": 1})
    )
    begun, ends = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b'{"text": '
        begun.set()
        await ends.wait()
        yield b'"Hello"}'

    async with opened(app), client_for(app, None) as client:
        sent = {"authorization": await session_of(client), "content-type": "application/json"}
        slow = asyncio.create_task(client.post("/sandbox/v1/posts", headers=sent, content=slowly()))
        await begun.wait()
        meanwhile = await client.get("/sandbox/v1/me", headers=sent)
        ends.set()
        made = await slow

    assert (meanwhile.status_code, made.status_code) == (200, 201)


async def session_of(client: httpx2.AsyncClient) -> str:
    made = await client.post("/sandbox/v1/accounts", json={"handle": f"h{uuid4().hex[:12]}"})
    account = made.json()
    login = {"handle": account["account"]["handle"], "token": account["token"]}
    begun = (await client.post("/sandbox/v1/sessions", json=login)).json()
    return f"Bearer {begun['access_token']}"


async def send_up(client: httpx2.AsyncClient, version: str, size: int) -> httpx2.Response:
    return await client.post(
        f"/sandbox/{version}/media",
        headers={"authorization": await session_of(client)},
        files={"file": ("a.png", b"x" * size, "image/png")},
    )


async def test_posts_are_shown_where_people_reach_the_api(settings: Settings) -> None:
    apart = {"public_url": "https://parvis.example", "sandbox_url": "http://api:8000/sandbox"}
    app = create_app(settings.model_copy(update=apart))

    async with opened(app), client_for(app, None) as client:
        post = await client.post(
            "/sandbox/v1/posts",
            headers={"authorization": await session_of(client)},
            json={"text": "Hello"},
        )

    shown = post.json()
    assert shown["url"] == f"https://parvis.example/sandbox/posts/{shown['id']}"
