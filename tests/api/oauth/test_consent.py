"""The question of /oauth/consent: what it offers, and what a person's answer makes of it."""

import re
from typing import Any

import httpx2
from sqlalchemy import update
from sqlmodel import col

from domain.identity.tables import Grant
from domain.kernel.database import Database
from domain.kernel.ids import show
from tests.api.oauth.walking import (
    Program,
    Resident,
    Walk,
    agree,
    bearer,
    led,
    parts,
    register,
    tokens_for,
)
from tests.domain.identity.build import build_member
from tests.world import Tenant, make_workspace


async def make_community(tenant: Tenant, name: str) -> str:
    body = {"name": name, "slug": name.lower(), "time_zone": "Europe/Zurich"}
    made: str = (await tenant.client.post("/v1/communities", json=body)).json()["id"]
    return made


async def test_consent_for_some_communities_covers_what_can_be_given_for_some(
    tenant: Tenant, program: Program, resident: Resident
) -> None:
    tab, vaud = resident.tab, await make_community(tenant, "Vaud")
    scope = "openid posts:read events:read"
    await led(tab, Walk().path(program, scope=scope))
    await agree(tab, reach="some", community=[vaud])

    walk = Walk()
    code = parts(await led(tab, walk.path(program, scope=scope)))["code"]
    tokens = (await walk.redeem(program, code)).json()
    silent = parts(await led(tab, Walk().path(program, scope="events:read", prompt="none")))

    [grant] = (await tenant.client.get("/v1/grants")).json()["data"]
    assert tokens["scope"] == "openid posts:read"
    assert (grant["scopes"], grant["communities"]) == (["openid", "posts:read"], [vaud])
    # Of what cannot be given for some, the person has still to be asked.
    assert silent["error"] == "consent_required"


async def test_application_is_told_of_the_workspace_that_let_it_in_alone(
    tenant: Tenant, database: Database, program: Program, resident: Resident
) -> None:
    elsewhere = await make_workspace(database)
    await build_member(database, elsewhere, user_id=resident.user_id)
    here = show("ws", tenant.workspace_id)
    tokens = await tokens_for(resident.tab, program, workspace=here, scope="posts:read")
    own = bearer(tokens["access_token"])
    body = {"name": "CI", "scopes": ["posts:read"]}
    key = await program.http.post("/v1/api-keys", json=body, headers=own)

    told = [
        (await program.http.get("/v1/me", headers=each)).json()["workspaces"]
        for each in (own, bearer(key.json()["key"]))
    ]

    assert [[each["workspace_id"] for each in places] for places in told] == [[here]] * 2


async def test_nobody_is_asked_for_a_scope_that_nothing_needs(
    tenant: Tenant, stranger: httpx2.AsyncClient, resident: Resident, database: Database
) -> None:
    tab, scope = resident.tab, "openid posts:read listening:read"
    program = await register(tenant, stranger, scopes=scope.split())

    await led(tab, Walk().path(program, scope=scope))
    offered = re.findall(r'name="scope" value="([^"]+)"', tab.page.text)
    told = tab.page.text
    tokens = await tokens_for(tab, program, scope=scope)
    async with database.transaction(tenant.workspace_id) as session:
        statement = update(Grant).where(col(Grant.member_id) == resident.member_id)
        await session.exec(statement.values(scopes=scope.split()))
    held = await tokens_for(tab, program, scope=scope)

    assert (offered, "listening" in told) == (["posts:read"], False)
    assert tokens["scope"] == "openid posts:read"
    # Who was let in for it before keeps it, unasked.
    assert held["scope"] == "listening:read openid posts:read"


async def test_question_in_another_language_stands_as_it_was_filled_in(
    tenant: Tenant, program: Program, resident: Resident
) -> None:
    tab, vaud = resident.tab, await make_community(tenant, "Vaud")
    await led(tab, Walk().path(program, scope="posts:read mentions:read"))
    filled: dict[str, Any] = {"scope": ["mentions:read"], "reach": "some", "community": [vaud]}
    [french] = re.findall(r'formaction="([^"]+lang=fr)"', tab.page.text)

    tab.page = await tab.post(french, **{**tab.hidden, **filled, "decision": "ask"})
    ticked = re.findall(r'value="([^"]+)" checked', tab.page.text)
    title, status = tab.title, tab.page.status_code
    given = parts(await agree(tab, **filled))

    assert (title, status) == ("Autoriser Village Desk ?", 200)
    assert ticked == ["mentions:read", "some", vaud]
    assert "code" in given


async def test_question_that_was_not_filled_in_well_stands_as_it_was(
    tenant: Tenant, program: Program, resident: Resident
) -> None:
    await make_community(tenant, "Vaud")
    await led(resident.tab, Walk().path(program, scope="posts:read mentions:read"))

    await agree(resident.tab, scope=["mentions:read"], reach="some")

    ticked = re.findall(r'value="([^"]+)" checked', resident.tab.page.text)
    assert ticked == ["mentions:read", "some"]
