"""A running Parvis with registered applications, and a member who can let them in."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from pydantic import SecretStr

from api.state import open_state
from domain.kernel.ids import read, show
from domain.kernel.settings import Settings
from domain.workspaces.shapes import Role
from tests.conftest import KEY
from tests.domain.identity.build import build_member
from tests.people import make_person
from tests.stack import Stack

CALLBACK = "https://desk.example/callback"
SCOPES = ["openid", "profile", "email", "posts:read", "mentions:read"]


@dataclass(frozen=True)
class Registered:
    client_id: str
    secret: str


@dataclass(frozen=True)
class Town:
    """A running Parvis with three applications and a member who can let them in."""

    stack: Stack
    web: Registered
    screen: Registered
    machine: Registered
    user: str
    email: str


async def settle(stack: Stack, folder: Path) -> tuple[str, str]:
    """A person who is a member of the stack's workspace."""
    settings = Settings(
        database_url=SecretStr(stack.env["DATABASE_URL"]),
        redis_url=SecretStr(stack.env["REDIS_URL"]),
        sealing_keys=SecretStr(KEY),
        data_dir=folder,
    )
    workspace = read("ws", stack.client().get("/v1/workspace").json()["id"])
    async with open_state(settings) as state:
        person = await make_person(state.database)
        await build_member(state.database, workspace, Role.OWNER, user_id=person.id)
    return show("usr", person.id), person.email


def register(client: httpx2.Client, **changes: Any) -> Registered:
    body = {
        "name": "Village Desk",
        "kind": "live",
        "is_confidential": True,
        "redirect_uris": [CALLBACK],
        "scopes": SCOPES,
        **changes,
    }
    made = client.post("/v1/applications", json=body)
    assert made.status_code == 201, made.text
    if not made.json()["is_confidential"]:
        return Registered(made.json()["client_id"], "")
    secret = client.post(f"/v1/applications/{made.json()['id']}/secrets", json={}).json()["secret"]
    return Registered(made.json()["client_id"], secret)
