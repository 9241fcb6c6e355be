from typing import Any

import pytest
from fastapi import FastAPI

from domain.kernel.caller import Scope
from domain.kernel.database import Database
from tests.api.graph.asking import ask
from tests.world import Tenant, client_for, make_token

PATH = "/v1/sign-in-providers"
SECRET = "canary-9f1c"
ACME = {
    "name": "Acme",
    "issuer": "https://login.acme.test/",
    "client_id": "parvis",
    "client_secret": SECRET,
}


async def add(tenant: Tenant, **changes: Any) -> dict[str, Any]:
    answer = await tenant.client.post(PATH, json={**ACME, **changes})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_provider_is_added_read_changed_and_removed(tenant: Tenant) -> None:
    made = await add(tenant)
    address = f"{PATH}/{made['id']}"

    changed = await tenant.client.patch(
        address, json={"is_on": False, "client_secret": None}, headers={"If-Match": '"1"'}
    )
    listed = await tenant.client.get(PATH)
    removed = await tenant.client.delete(address)

    assert (made["issuer"], made["has_secret"], made["is_on"]) == (ACME["issuer"], True, True)
    assert changed.json() == {**changed.json(), "is_on": False, "has_secret": False, "version": 2}
    assert listed.json()["data"] == [changed.json()]
    assert (removed.status_code, (await tenant.client.get(address)).status_code) == (204, 404)


async def test_its_secret_is_shown_nowhere_again(tenant: Tenant, database: Database) -> None:
    made = await add(tenant, id="sip_0199e2b4c1d07a3f8e5d6c7b8a901299")
    again = await tenant.client.post(PATH, json={**ACME, "id": made["id"]})
    events = await tenant.client.get("/v1/events")
    async with database.transaction(tenant.workspace_id) as session:
        connection = await session.connection()
        rows = (await connection.exec_driver_sql("SELECT p::text FROM sign_in_providers p")).all()

    assert again.json() == made
    assert SECRET not in again.text + events.text
    assert SECRET.encode().hex() not in str(rows)
    kinds = [event["kind"] for event in events.json()["data"]]
    assert kinds.count("sign_in_provider.added") == 1


async def test_name_is_taken_once_and_there_are_at_most_five(tenant: Tenant) -> None:
    await add(tenant)
    twin = await tenant.client.post(PATH, json=ACME)
    for number in range(4):
        await add(tenant, name=f"Acme {number}")

    sixth = await tenant.client.post(PATH, json={**ACME, "name": "Acme 6"})

    assert (twin.status_code, twin.json()["code"]) == (409, "already_exists")
    assert (sixth.status_code, sixth.json()["code"]) == (409, "state.not_allowed")
    assert len((await tenant.client.get(PATH)).json()["data"]) == 5


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "login.acme.test"},
        {"issuer": "https://a@login.acme.test"},
        {"issuer": "https://login.acme.test/?a=b"},
        {"issuer": "ftp://login.acme.test"},
        {"client_id": "a b"},
        {"name": " "},
    ],
)
async def test_what_is_no_provider_is_not_added(tenant: Tenant, changes: dict[str, str]) -> None:
    answer = await tenant.client.post(PATH, json={**ACME, **changes})

    assert answer.status_code == 422
    assert (await tenant.client.get(PATH)).json()["data"] == []


async def test_without_administration_nothing_is_seen_or_changed(
    app: FastAPI, tenant: Tenant, database: Database
) -> None:
    made = await add(tenant)
    scopes = [scope for scope in Scope if scope is not Scope.ADMINISTRATION]
    token = await make_token(database, tenant.workspace_id, scopes)
    async with client_for(app, token) as client:
        answers = [
            await client.get(PATH),
            await client.get(f"{PATH}/{made['id']}"),
            await client.post(PATH, json={**ACME, "name": "B"}),
            await client.patch(f"{PATH}/{made['id']}", json={"is_on": False}),
            await client.delete(f"{PATH}/{made['id']}"),
        ]

    assert [answer.status_code for answer in answers] == [403] * 5
    assert (await tenant.client.get(PATH)).json()["data"] == [made]


async def test_other_workspaces_see_nothing_of_it(tenant: Tenant, foreigner: Tenant) -> None:
    made = await add(tenant)

    listed = await foreigner.client.get(PATH)
    removed = await foreigner.client.delete(f"{PATH}/{made['id']}")

    assert (listed.json()["data"], removed.status_code) == ([], 404)
    assert (await tenant.client.get(PATH)).json()["data"] == [made]


async def test_graph_does_what_rest_does(tenant: Tenant) -> None:
    made = await ask(
        tenant,
        """mutation ($input: CreateSignInProviderInput!) {
             createSignInProvider(input: $input) {
               ... on CreateSignInProviderSuccess {
                 signInProvider { id name hasSecret isOn } } } }""",
        input={"name": "Acme", "issuer": ACME["issuer"], "clientId": "p", "clientSecret": SECRET},
    )
    provider = made["createSignInProvider"]["signInProvider"]

    listed = await ask(tenant, "{ signInProviders(first: 5) { edges { node { id name } } } }")

    assert (provider["name"], provider["hasSecret"], provider["isOn"]) == ("Acme", True, True)
    assert listed["signInProviders"]["edges"] == [{"node": {"id": provider["id"], "name": "Acme"}}]
