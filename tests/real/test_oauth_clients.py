"""Other people's clients walk every grant against a running Parvis, refusals included."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from tests.browsing import HIDDEN
from tests.people import PASSWORD
from tests.real import installing
from tests.real.oauth_town import CALLBACK, SCOPES, Town, register, settle
from tests.stack import Stack, running_stack

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

WALK = Path(__file__).with_name("oauth_clients") / "walk.mjs"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
REVOKED_WITHIN_S = 1.2
"""A second, and what one request takes here."""
TICKED = re.compile(r'name="scope" value="([^"]+)"')


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("oauth"), workers=0) as found:
        yield found


@pytest.fixture
async def town(stack: Stack, tmp_path: Path) -> Town:
    user, email = await settle(stack, tmp_path)
    client = stack.client()
    return Town(
        stack,
        web=register(client, post_logout_uris=[CALLBACK]),
        screen=register(
            client,
            is_confidential=False,
            grant_types=[DEVICE, "refresh_token"],
            redirect_uris=[],
        ),
        machine=register(client, grant_types=["client_credentials"], redirect_uris=[]),
        user=user,
        email=email,
    )


class Browser:
    """What a person does: follows, signs in, agrees; stops at the client's own address."""

    def __init__(self, client: httpx2.AsyncClient, town: Town) -> None:
        self.client = client
        self.town = town

    async def visit(self, url: str, *, decision: str = "allow") -> str:
        answer = await self.client.get(url)
        while True:
            location = answer.headers.get("location", "")
            if answer.is_redirect and not location.startswith("/"):
                return location
            if answer.is_redirect:
                answer = await self.client.get(location)
            elif answer.request.url.path == "/sign-in":
                answer = await self._send(answer, email=self.town.email, password=PASSWORD)
            elif answer.request.url.path == "/oauth/consent" and "decision" in answer.text:
                ticked = TICKED.findall(answer.text)
                answer = await self._send(answer, decision=decision, scope=ticked, reach="all")
            else:
                return answer.text

    async def type_letters(self, letters: str) -> str:
        page = await self.client.get("/device")
        if page.is_redirect:
            await self.visit("/device")
            page = await self.client.get("/device")
        answer = await self._send(page, user_code=letters)
        return await self.visit(answer.headers["location"])

    async def _send(self, page: httpx2.Response, **fields: Any) -> httpx2.Response:
        hidden = {name: unescape(value) for name, value in HIDDEN.findall(page.text)}
        return await self.client.post(
            page.request.url.path,
            data={**hidden, **fields},
            headers={"Origin": self.town.stack.url},
        )


@asynccontextmanager
async def browsing(town: Town) -> AsyncIterator[Browser]:
    async with httpx2.AsyncClient(
        base_url=town.stack.url, headers={"Accept-Language": "en"}, timeout=30
    ) as client:
        yield Browser(client, town)


async def test_openid_client_walks_every_grant(town: Town) -> None:
    home = installing.node()
    folder = installing.ROOT / "oauth-clients"
    installing.npm(folder, "openid-client@6", node=home)
    script = folder / WALK.name
    script.write_text(WALK.read_text())
    process = await asyncio.create_subprocess_exec(
        home / "bin" / "node",
        script,
        town.stack.url,
        *(town.web.client_id, town.web.secret, town.screen.client_id),
        *(town.machine.client_id, town.machine.secret, CALLBACK),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with browsing(town) as browser:
            found = await _accompany(process, browser)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()

    assert found["subject"] == found["person"]["sub"] == town.user
    assert found["person"]["email"] == town.email
    assert found["issuer"] == town.stack.url
    assert set(found["scope"].split()) == set(SCOPES)
    assert found["api"] == 200
    assert (found["introspected"], found["revoked"]) == (True, False)
    assert found["reused"] == "invalid_grant"
    assert found["pushed"] == ["client_id", "request_uri"]
    assert (found["by_par"], found["replayed"]) == (True, "invalid_grant")
    assert found["denied"] == "access_denied"
    assert "iss" in found["mixed_up"]
    assert (found["own"], found["own_beyond"]) == ("posts:read", "invalid_scope")
    assert found["wrong_secret"] == "invalid_client"
    assert found["device"] == "openid posts:read"
    assert found["left_to"] == CALLBACK


async def _accompany(process: asyncio.subprocess.Process, browser: Browser) -> dict[str, Any]:
    """Plays the browser of the program until it is done."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    async for line in process.stdout:
        told = json.loads(line)
        if "done" in told:
            found: dict[str, Any] = told["done"]
            return found
        if "letters" in told:
            await browser.type_letters(told["letters"])
            came = "done"
        else:
            came = await browser.visit(told["visit"], decision=told.get("decision", "allow"))
        process.stdin.write(came.encode() + b"\n")
        await process.stdin.drain()
    raise AssertionError((await process.stderr.read()).decode())


async def _seconds_until_gone(client: AsyncOAuth2Client, url: str) -> float:
    """How long a revoked token is still taken."""
    began = time.monotonic()
    while (await client.get(url)).status_code != 401:
        assert time.monotonic() < began + 10, "The token is still taken."
    return time.monotonic() - began


async def test_authlibs_own_client_walks_every_grant(town: Town) -> None:
    root = town.stack.url
    async with (
        browsing(town) as browser,
        AsyncOAuth2Client(
            town.web.client_id,
            town.web.secret,
            scope=" ".join(SCOPES),
            redirect_uri=CALLBACK,
            code_challenge_method="S256",
        ) as client,
    ):
        ends = (await browser.client.get("/.well-known/openid-configuration")).json()
        verifier = "v" * 64
        url, state = client.create_authorization_url(
            ends["authorization_endpoint"], code_verifier=verifier
        )
        callback = await browser.visit(url)
        token = await client.fetch_token(
            ends["token_endpoint"],
            authorization_response=callback,
            state=state,
            code_verifier=verifier,
        )
        person = (await client.get(ends["userinfo_endpoint"])).json()
        posts = await client.get(f"{root}/v1/posts")
        renewed = await client.refresh_token(ends["token_endpoint"])
        known = await client.introspect_token(
            ends["introspection_endpoint"], token=renewed["access_token"]
        )
        with pytest.raises(OAuthError, match="invalid_grant"):
            await client.refresh_token(ends["token_endpoint"], refresh_token=token["refresh_token"])
        gone_s = await _seconds_until_gone(client, f"{root}/v1/posts")
        with pytest.raises(OAuthError, match="invalid_grant"):
            await client.fetch_token(
                ends["token_endpoint"], authorization_response=callback, code_verifier=verifier
            )

    assert person["sub"] == town.user
    assert parse_qs(urlsplit(callback).query)["iss"] == [root]
    assert posts.status_code == 200
    assert known.json()["active"] is True
    assert gone_s < REVOKED_WITHIN_S


async def test_authlibs_own_client_acts_for_itself_and_on_a_device(town: Town) -> None:
    root = town.stack.url
    async with AsyncOAuth2Client(town.machine.client_id, town.machine.secret) as machine:
        own = await machine.fetch_token(
            f"{root}/oauth/token", grant_type="client_credentials", scope="posts:read"
        )
        posts = await machine.get(f"{root}/v1/posts")
        await machine.revoke_token(f"{root}/oauth/revoke", token=own["access_token"])
        gone_s = await _seconds_until_gone(machine, f"{root}/v1/posts")
        with pytest.raises(OAuthError, match="invalid_scope"):
            await machine.fetch_token(
                f"{root}/oauth/token", grant_type="client_credentials", scope="webhooks:write"
            )
    async with (
        browsing(town) as browser,
        AsyncOAuth2Client(town.screen.client_id, token_endpoint_auth_method="none") as screen,
    ):
        asked = {"client_id": town.screen.client_id, "scope": "posts:read"}
        begun = (await browser.client.post("/oauth/device_authorization", data=asked)).json()
        with pytest.raises(OAuthError, match="authorization_pending"):
            await screen.fetch_token(
                f"{root}/oauth/token", grant_type=DEVICE, device_code=begun["device_code"]
            )
        page = await browser.type_letters(begun["user_code"])
        token = await screen.fetch_token(
            f"{root}/oauth/token", grant_type=DEVICE, device_code=begun["device_code"]
        )

    assert (own["scope"], posts.status_code) == ("posts:read", 200)
    assert gone_s < REVOKED_WITHIN_S
    assert "The device is connected" in page
    assert token["scope"] == "posts:read"
