"""Walks a client through our authorisation server, as its own code and a browser would."""

import hashlib
import secrets
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit
from uuid import UUID

import httpx2

from tests.browsing import Tab
from tests.world import Tenant

CALLBACK = "https://desk.example/callback"
ISSUER = "http://127.0.0.1:8000"
SCOPES = "openid profile email posts:read mentions:read"


@dataclass(frozen=True)
class Program:
    """A registered application and what it knows of itself."""

    id: str
    client_id: str
    secret: str | None
    http: httpx2.AsyncClient

    @property
    def basic(self) -> dict[str, str]:
        """HTTP Basic, or nothing for a public client."""
        if self.secret is None:
            return {}
        pair = f"{quote(self.client_id)}:{quote(self.secret)}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    async def post(self, path: str, **fields: str) -> httpx2.Response:
        """A form to an endpoint, the client named by its own method."""
        if self.secret is None:
            fields = {"client_id": self.client_id, **fields}
        return await self.http.post(f"/oauth/{path}", data=fields, headers=self.basic)

    async def token(self, grant_type: str, **fields: str) -> httpx2.Response:
        return await self.post("token", grant_type=grant_type, **fields)


@dataclass(frozen=True)
class Walk:
    """One authorisation request: what only the client knows of it, and what it sends."""

    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(8))

    def asked(self, program: Program, **changes: str | None) -> dict[str, str]:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked: dict[str, str | None] = {
            "response_type": "code",
            "client_id": program.client_id,
            "redirect_uri": CALLBACK,
            "scope": SCOPES,
            "state": self.state,
            "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in asked.items() if value is not None}

    def path(self, program: Program, **changes: str | None) -> str:
        return f"/oauth/authorize?{urlencode(self.asked(program, **changes))}"

    async def redeem(self, program: Program, code: str, **changes: str) -> httpx2.Response:
        fields = {"code": code, "redirect_uri": CALLBACK, "code_verifier": self.verifier, **changes}
        return await program.token("authorization_code", **fields)


async def register(
    tenant: Tenant, http: httpx2.AsyncClient, *, with_secret: bool = True, **changes: Any
) -> Program:
    body = {
        "name": "Village Desk",
        "kind": "live",
        "is_confidential": with_secret,
        "redirect_uris": [CALLBACK],
        "scopes": [*SCOPES.split(), "posts:write", "events:read", "administration"],
        **changes,
    }
    made = (await tenant.client.post("/v1/applications", json=body)).json()
    secret = None
    if with_secret:
        answer = await tenant.client.post(f"/v1/applications/{made['id']}/secrets", json={})
        secret = answer.json()["secret"]
    return Program(made["id"], made["client_id"], secret, http)


async def led(tab: Tab, path: str) -> str:
    """Where a path leads in the end: the client's address, or the page of ours that is shown."""
    answer = await tab.client.get(path)
    while answer.is_redirect and answer.headers["location"].startswith("/"):
        answer = await tab.client.get(answer.headers["location"])
    tab.page = answer
    return answer.headers.get("location", "")


async def agree(tab: Tab, **fields: Any) -> str:
    """Sends the consent form with everything ticked, unless told otherwise."""
    ticked = [each.split('"')[0] for each in tab.page.text.split('name="scope" value="')[1:]]
    chosen = {"decision": "allow", "scope": ticked, "reach": "all", **fields}
    answer = await tab.post("/oauth/consent", **{**tab.hidden, **chosen})
    tab.page = answer
    return answer.headers.get("location", "")


async def code_for(tab: Tab, program: Program, walk: Walk, **changes: str | None) -> str:
    """The code that a person's yes gives."""
    location = await led(tab, walk.path(program, **changes))
    if not location:
        location = await agree(tab)
    return parts(location)["code"]


async def tokens_for(tab: Tab, program: Program, **changes: str | None) -> dict[str, Any]:
    walk = Walk()
    code = await code_for(tab, program, walk, **changes)
    answer = await walk.redeem(program, code)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def parts(location: str) -> dict[str, str]:
    """The parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@dataclass(frozen=True)
class Resident:
    """A person who is a member of the tenant, signed in in a tab."""

    user_id: UUID
    member_id: UUID
    email: str
    tab: Tab
