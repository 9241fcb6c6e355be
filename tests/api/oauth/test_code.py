"""authorization_code: from the authorise endpoint over the consent page to tokens that work."""

import asyncio

from domain.kernel.ids import show
from tests.api.oauth.walking import (
    CALLBACK,
    ISSUER,
    SCOPES,
    Program,
    Resident,
    Walk,
    agree,
    bearer,
    code_for,
    led,
    parts,
)
from tests.world import Tenant


async def test_person_lets_a_program_in_and_it_acts_for_them(
    tenant: Tenant, program: Program, resident: Resident
) -> None:
    walk, tab = Walk(), resident.tab
    assert await led(tab, walk.path(program)) == ""
    assert (tab.page.status_code, tab.title) == (200, "Allow Village Desk?")
    location = await agree(tab)
    found = parts(location)

    assert location.startswith(f"{CALLBACK}?")
    assert (found["state"], found["iss"]) == (walk.state, ISSUER)
    answer = await walk.redeem(program, found["code"])
    tokens = answer.json()
    assert answer.status_code == 200, tokens
    assert answer.headers["cache-control"] == "no-store"
    assert tokens["token_type"] == "Bearer"
    assert tokens["access_token"].startswith("pv_live_")
    assert tokens["refresh_token"].startswith("pvr_")
    assert tokens["expires_in"] == 3600
    assert set(tokens["scope"].split()) == set(SCOPES.split())
    assert tokens["workspace"] == show("ws", tenant.workspace_id)
    headers = bearer(tokens["access_token"])
    assert (await program.http.get("/v1/posts", headers=headers)).status_code == 200
    writes = await program.http.post("/v1/posts", headers=headers, json={})
    assert (writes.status_code, writes.json()["code"]) == (422, "request.invalid")
    accounts = await program.http.get("/v1/accounts", headers=headers)
    assert (accounts.status_code, accounts.json()["code"]) == (403, "scope.missing")


async def test_of_many_that_redeem_one_code_at_once_one_succeeds(
    program: Program, resident: Resident
) -> None:
    walk = Walk()
    code = await code_for(resident.tab, program, walk)

    answers = await asyncio.gather(*(walk.redeem(program, code) for _ in range(5)))

    assert sorted(each.status_code for each in answers) == [200, 400, 400, 400, 400]
    refused = {each.json()["error"] for each in answers if each.status_code == 400}
    assert refused == {"invalid_grant"}
