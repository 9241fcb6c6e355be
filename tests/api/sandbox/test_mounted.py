"""The sandbox where the api serves it."""

import httpx2

from api.main import create_app
from domain.kernel.settings import Settings
from tests.world import client_for, opened


async def test_the_sandbox_is_served_below_the_api(stranger: httpx2.AsyncClient) -> None:
    made = await stranger.post("/sandbox/v1/accounts", json={"handle": "mounted"})
    reference = await stranger.get("/sandbox/docs")

    assert made.status_code == 201
    assert "/sandbox/openapi.json" in reference.text


async def test_a_large_file_may_be_sent_up(stranger: httpx2.AsyncClient) -> None:
    made = await stranger.post("/sandbox/v1/accounts", json={"handle": "large"})
    login = {"handle": "large", "token": made.json()["token"]}
    session = (await stranger.post("/sandbox/v1/sessions", json=login)).json()["access_token"]

    reply = await stranger.post(
        "/sandbox/v1/media",
        headers={"authorization": f"Bearer {session}"},
        files={"file": ("a.png", b"x" * 3_000_000, "image/png")},
    )

    assert (reply.status_code, reply.json()["size_bytes"]) == (201, 3_000_000)


async def test_posts_are_shown_where_people_reach_the_api(settings: Settings) -> None:
    apart = {"public_url": "https://parvis.example", "sandbox_url": "http://api:8000/sandbox"}
    app = create_app(settings.model_copy(update=apart))

    async with opened(app), client_for(app, None) as client:
        made = await client.post("/sandbox/v1/accounts", json={"handle": "shown"})
        login = {"handle": "shown", "token": made.json()["token"]}
        session = (await client.post("/sandbox/v1/sessions", json=login)).json()["access_token"]
        post = await client.post(
            "/sandbox/v1/posts",
            headers={"authorization": f"Bearer {session}"},
            json={"text": "Hello"},
        )

    shown = post.json()
    assert shown["url"] == f"https://parvis.example/sandbox/posts/{shown['id']}"
