"""/account/applications: what a person let in, and ends again, without any token."""

import re

import httpx2
from fastapi import FastAPI

from domain.kernel.database import Database
from domain.kernel.ids import show
from tests.api.oauth.walking import Program, Resident, Walk, agree, bearer, led, tokens_for
from tests.browsing import browsing
from tests.domain.identity.build import build_access, build_application, build_member
from tests.people import make_person, sign_in
from tests.world import Tenant

GRANTS = re.compile(r'name="id" value="(grant_[0-9a-f]{32})"')
PATH = "/account/applications"


async def test_person_takes_back_what_they_gave(
    tenant: Tenant, program: Program, resident: Resident
) -> None:
    body = {"name": "Vaud <b>", "slug": "vaud", "time_zone": "Europe/Zurich"}
    vaud = (await tenant.client.post("/v1/communities", json=body)).json()["id"]
    tab = resident.tab
    await tab.open(PATH)
    assert "No application has access on your behalf." in tab.page.text
    first = await tokens_for(tab, program)
    await led(tab, Walk().path(program, prompt="consent"))
    await agree(tab, reach="some", community=[vaud], scope=["posts:read"])
    await tab.open(PATH)

    assert tab.title == "Applications you let in"
    assert "Village Desk</strong>" in tab.page.text
    assert "Only: Vaud &lt;b&gt;" in tab.page.text
    [grant] = GRANTS.findall(tab.page.text)
    await tab.send(f"{PATH}/end", id=grant, house=show("ws", tenant.workspace_id))

    assert (tab.path, GRANTS.findall(tab.page.text)) == (PATH, [])
    headers = bearer(first["access_token"])
    assert (await program.http.get("/v1/posts", headers=headers)).status_code == 401
    renewed = await program.token("refresh_token", refresh_token=first["refresh_token"])
    assert renewed.json()["error"] == "invalid_grant"
    told = (await tenant.client.get("/v1/events?kind=grant.revoked")).json()["data"]
    assert [each["actor"] for each in told] == [f"member:{show('mem', resident.member_id)}"]
    # Ended in another window meanwhile.
    again = await tab.send(f"{PATH}/end", id=grant, house=show("ws", tenant.workspace_id))
    assert (again.status_code, tab.path) == (200, PATH)


async def test_nobody_sees_or_ends_what_others_gave(
    app: FastAPI, database: Database, tenant: Tenant, foreigner: Tenant, resident: Resident
) -> None:
    application = (tenant.workspace_id, await build_application(database, tenant.workspace_id))
    colleague = await build_member(database, tenant.workspace_id)
    abroad = await build_member(database, foreigner.workspace_id)
    held = [
        (at.workspace_id, await build_access(database, at.workspace_id, member_id, application))
        for at, member_id in ((tenant, colleague), (foreigner, abroad))
    ]
    await resident.tab.open(PATH)
    shown = GRANTS.findall(resident.tab.page.text)
    for workspace_id, access in held:
        given = {"id": show("grant", access.grant_id), "house": show("ws", workspace_id)}
        await resident.tab.send(f"{PATH}/end", **given)
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://parvis.test") as http:
            answer = await http.get("/v1/posts", headers=bearer(access.bearer))
        assert answer.status_code == 200

    assert shown == []


async def test_stranger_signs_in_first(app: FastAPI, database: Database) -> None:
    person = await make_person(database)
    async with browsing(app) as tab:
        await tab.open(PATH)
        assert tab.path == f"/sign-in?next={PATH}"
        await sign_in(tab, person)
        assert (await tab.open(PATH)).status_code == 200
