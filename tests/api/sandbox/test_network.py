from typing import Any

import httpx2
import pytest

from domain.kernel.database import Database
from tests.sandbox_stage import Player, Stage, open_stage

NOBODY = "9a2f6f0e-6f0c-4c62-9d3b-6f4f1c6c2b11"


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def call(
    stage: Stage,
    player: Player,
    method: str,
    path: str,
    **more: Any,
) -> httpx2.Response:
    headers = {**bearer(player.access.grant.access), **more.pop("headers", {})}
    return await stage.client.request(method, f"/v1{path}", headers=headers, **more)


async def test_a_handle_is_taken_once(stage: Stage) -> None:
    player = await stage.account()

    again = await stage.client.post("/v1/accounts", json={"handle": player.handle})

    assert (again.status_code, again.json()["error"]["code"]) == (409, "handle_taken")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/me"), ("GET", "/notices"), ("POST", "/posts"), ("GET", f"/media/{NOBODY}")],
)
async def test_nothing_is_shown_without_a_session(stage: Stage, method: str, path: str) -> None:
    for headers in ({}, bearer("sba_forged"), {"authorization": "Basic x"}):
        reply = await stage.client.request(method, f"/v1{path}", headers=headers, json={})
        assert (reply.status_code, reply.json()["error"]["code"]) == (401, "token_invalid")


async def test_an_account_is_played_with_its_own_token_alone(stage: Stage) -> None:
    player, other = await stage.account(), await stage.account()
    path = f"/v1/accounts/{player.handle}/state"

    replies = [
        await stage.client.get(path, headers=headers)
        for headers in (bearer(other.token), bearer(player.access.grant.access), {})
    ]

    assert [reply.status_code for reply in replies] == [401, 401, 401]


@pytest.mark.parametrize(("body", "session"), [({}, 401), ({"keeps_sessions": True}, 200)])
async def test_an_account_that_logs_in_anew_has_another_token(
    stage: Stage, body: dict[str, Any], session: int
) -> None:
    """No route gave a second token: connecting again could be tried with the first alone."""
    player = await stage.account()
    path = f"/v1/accounts/{player.handle}/tokens"

    made = await stage.client.post(path, json=body, headers=bearer(player.token))
    again = await stage.client.post(path, json=body, headers=bearer(player.token))

    token = made.json()["token"]
    logins = [
        await stage.client.post("/v1/sessions", json={"handle": player.handle, "token": each})
        for each in (player.token, token)
    ]
    assert (made.status_code, again.status_code) == (201, 401)
    assert [reply.status_code for reply in logins] == [401, 201]
    assert (await call(stage, player, "GET", "/me")).status_code == session
    state = f"/v1/accounts/{player.handle}/state"
    assert (await stage.client.get(state, headers=bearer(token))).status_code == 200


async def test_what_belongs_to_another_account_is_not_there(stage: Stage) -> None:
    player, other = await stage.account(idempotency="B"), await stage.account(idempotency="B")
    container = await call(stage, player, "POST", "/containers", json={"text": "Mine"})
    await call(stage, player, "PUT", f"/containers/{container.json()['id']}/publish")
    post_id = (await player.state())["posts"][0]["id"]

    replies = [
        await call(stage, other, "PUT", f"/containers/{container.json()['id']}/publish"),
        await call(stage, other, "GET", f"/containers/{container.json()['id']}"),
        await call(stage, other, "PATCH", f"/posts/{post_id}", json={"text": "Stolen"}),
        await call(stage, other, "DELETE", f"/posts/{post_id}"),
    ]

    assert [reply.status_code for reply in replies] == [404, 404, 404, 404]
    assert await player.texts() == ["Mine"]


@pytest.mark.parametrize(
    ("kind", "method", "path", "body"),
    [
        ("B", "POST", "/posts", {"text": "x"}),
        ("A", "POST", "/containers", {"text": "x"}),
        ("D", "GET", "/posts?external_id=x", None),
        ("E", "GET", "/me/posts", None),
    ],
)
async def test_a_class_has_only_its_own_calls(
    stage: Stage, kind: str, method: str, path: str, body: object
) -> None:
    player = await stage.account(idempotency=kind)

    reply = await call(stage, player, method, path, json=body)

    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "class_forbids")


async def test_one_key_makes_one_post_in_class_a_alone(stage: Stage) -> None:
    for kind, made in (("A", 1), ("D", 2)):
        player = await stage.account(idempotency=kind)
        for _ in range(2):
            await call(
                stage,
                player,
                "POST",
                "/posts",
                json={"text": "Once"},
                headers={"idempotency-key": "k"},
            )
        assert len((await player.state())["posts"]) == made


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": "x" * 501}, "content_refused"),
        ({"text": "  "}, "content_refused"),
        ({"text": "x", "media": [NOBODY]}, "media_unknown"),
        ({"text": "x", "reply_to": NOBODY}, "reply_to_missing"),
        ({"text": "x\x00"}, "malformed"),
        ({"text": "x", "extra": 1}, "malformed"),
        ({"text": 5}, "malformed"),
    ],
)
async def test_what_cannot_be_published_is_refused(
    stage: Stage, body: dict[str, Any], code: str
) -> None:
    player = await stage.account()

    reply = await call(stage, player, "POST", "/posts", json=body)

    assert (reply.status_code, reply.json()["error"]["code"]) == (422, code)
    assert (await player.state())["posts"] == []


async def test_a_picture_is_kept_and_shown_with_its_post(stage: Stage) -> None:
    player = await stage.account()
    picture = {"file": ("a.png", b"\x89PNG", "image/png")}
    made = await call(stage, player, "POST", "/media", files=picture, data={"alt_text": "A cat"})
    post = await call(
        stage, player, "POST", "/posts", json={"text": "<b>Look</b>", "media": [made.json()["id"]]}
    )

    page = await stage.client.get(f"/posts/{post.json()['id']}")
    profile = await stage.client.get(f"/@{player.handle}")
    shown = await stage.client.get(f"/media/{made.json()['id']}")

    assert (made.status_code, made.json()["alt_text"]) == (201, "A cat")
    assert "&lt;b&gt;Look&lt;/b&gt;" in page.text
    assert made.json()["id"] in page.text
    assert "&lt;b&gt;Look&lt;/b&gt;" in profile.text
    assert (shown.content, shown.headers["content-type"]) == (b"\x89PNG", "image/png")


async def test_a_file_of_another_kind_is_refused(stage: Stage) -> None:
    player = await stage.account()

    reply = await call(
        stage, player, "POST", "/media", files={"file": ("a.svg", b"<svg/>", "image/svg+xml")}
    )

    assert (reply.status_code, (await player.state())["media"]) == (422, 0)


async def test_slow_media_are_told_to_be_slow(stage: Stage) -> None:
    player = await stage.account()
    await player.faults({"on": "upload", "kind": "slow_media", "seconds": 30})
    picture = {"file": ("a.png", b"\x89PNG", "image/png")}

    made = await call(stage, player, "POST", "/media", files=picture)
    body = {"text": "x", "media": [made.json()["id"]]}
    early = await call(stage, player, "POST", "/posts", json=body)
    stage.clock.passes(31)
    late = await call(stage, player, "POST", "/posts", json=body)

    assert (made.status_code, made.json()["is_ready"]) == (202, False)
    assert (early.status_code, early.json()["error"]["code"]) == (409, "media_processing")
    assert late.status_code == 201


async def test_calls_are_counted_and_the_count_is_told(stage: Stage) -> None:
    player = await stage.account(rate_limit=2, rate_window_s=60)

    replies = [await call(stage, player, "GET", "/me") for _ in range(3)]
    stage.clock.passes(60)
    later = await call(stage, player, "GET", "/me")

    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert [reply.headers.get("ratelimit-remaining") for reply in replies[:2]] == ["1", "0"]
    assert replies[2].headers["retry-after"] == "60"
    assert later.status_code == 200
    assert (await player.state())["most_calls"] == 3


async def test_faults_are_used_up_one_by_one_by_the_calls_they_are_for(stage: Stage) -> None:
    player = await stage.account()
    await player.faults(
        {"on": "publish", "kind": "server_error", "times": 2},
        {"on": "any", "kind": "refused"},
    )

    statuses = [(await call(stage, player, "GET", "/notices")).status_code]
    statuses += [
        (await call(stage, player, "POST", "/posts", json={"text": "x"})).status_code
        for _ in range(3)
    ]

    assert statuses == [422, 500, 500, 201]
    assert (await player.state())["faults"] == []


async def test_a_container_is_cut_as_it_is_published_where_that_was_asked_for(stage: Stage) -> None:
    """The fault was used up, and the whole text stood there: accounts of class B had no drift."""
    player = await stage.account(idempotency="B")
    await player.faults({"on": "publish", "kind": "truncates"})
    container = (
        await call(stage, player, "POST", "/containers", json={"text": "On taille."})
    ).json()
    path = f"/containers/{container['id']}/publish"

    replies = [await call(stage, player, "PUT", path) for _ in range(2)]

    assert [reply.json()["post"]["text"] for reply in replies] == ["On ta", "On ta"]
    assert await player.texts() == ["On ta"]
    assert (await player.state())["faults"] == []


async def test_faults_can_be_called_off(stage: Stage) -> None:
    player = await stage.account()
    await player.faults({"on": "any", "kind": "server_error", "times": 9})

    await stage.client.delete(f"/v1/accounts/{player.handle}/faults", headers=bearer(player.token))

    assert (await call(stage, player, "GET", "/me")).status_code == 200


async def test_state_outlives_the_process(stage: Stage, database: Database) -> None:
    player = await stage.account()
    await call(stage, player, "POST", "/posts", json={"text": "Still here"})

    async with open_stage(database) as again:
        reply = await call(again, player, "GET", "/me/posts")

    assert [post["text"] for post in reply.json()] == ["Still here"]


async def test_a_person_acts_on_what_is_there_alone(stage: Stage) -> None:
    player, other = await stage.account(), await stage.account()
    await call(stage, other, "POST", "/posts", json={"text": "Theirs"})
    foreign = (await other.state())["posts"][0]["id"]

    statuses = [
        (
            await stage.client.post(
                f"/v1/accounts/{player.handle}/people",
                headers=bearer(player.token),
                json={"person": "ada", "kind": kind, "post_id": post_id, "text": text},
            )
        ).status_code
        for kind, post_id, text in (
            ("like", foreign, ""),
            ("like", None, ""),
            ("reply", NOBODY, "x"),
            ("mention", None, " "),
        )
    ]

    assert statuses == [404, 404, 404, 422]
    assert (await call(stage, player, "GET", "/notices")).json()["data"] == []


async def test_the_reference_needs_no_internet(stage: Stage) -> None:
    page = await stage.client.get("/docs")
    contract = await stage.client.get("/openapi.json")

    assert "//cdn." not in page.text
    assert set(contract.json()["paths"]) >= {"/v1/posts", "/v1/accounts/{handle}/faults"}
