"""/v1/roles: sets of scopes that nobody makes stronger than themselves."""

import asyncio
from typing import Any

from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.workspaces.roles import ROLE_SCOPES
from domain.workspaces.shapes import Role
from tests.api.graph.asking import ask
from tests.api.workspaces.conftest import Seat, last_event
from tests.world import Tenant, client_for, make_token

ANY = {"If-Match": "*"}
DESK = {"name": "Evening desk", "scopes": ["posts:read", "mentions:read", "mentions:answer"]}


async def make(tenant: Tenant, **changes: Any) -> dict[str, Any]:
    answer = await tenant.client.post("/v1/roles", json=DESK | changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_role_is_made_read_changed_and_removed(tenant: Tenant) -> None:
    made = await make(tenant)
    path = f"/v1/roles/{made['id']}"

    changed = await tenant.client.patch(
        path, json={"scopes": ["posts:read", "posts:read"]}, headers={"If-Match": '"1"'}
    )

    assert made["scopes"] == sorted(DESK["scopes"])
    assert (changed.json()["scopes"], changed.json()["version"]) == (["posts:read"], 2)
    event = await last_event(tenant)
    assert (event["kind"], event["subject_id"]) == ("role.changed", made["id"])
    assert event["data"] == {
        "changed": ["scopes"],
        "previous": {"scopes": made["scopes"]},
        "current": {"scopes": ["posts:read"]},
    }
    assert (await tenant.client.get("/v1/roles")).json()["data"] == [changed.json()]
    assert (await tenant.client.delete(path)).status_code == 204
    assert (await tenant.client.get(path)).status_code == 404


async def test_templates_tell_what_each_lets_members_do(tenant: Tenant) -> None:
    listed = (await tenant.client.get("/v1/role-templates")).json()["data"]

    assert {each["role"]: each["scopes"] for each in listed} == {
        role.value: sorted(scopes) for role, scopes in ROLE_SCOPES.items()
    }


async def test_member_may_do_what_their_custom_role_says_now(tenant: Tenant, seat: Seat) -> None:
    role, member = await make(tenant), await seat(Role.READER)
    given = await tenant.client.patch(member.path, json={"role_id": role["id"]}, headers=ANY)
    assert (given.json()["role"], given.json()["role_id"]) == ("custom", role["id"])
    assert (await member.client.get("/v1/mentions")).status_code == 200
    assert (await member.client.get("/v1/calendars")).status_code == 403

    await tenant.client.patch(
        f"/v1/roles/{role['id']}", json={"scopes": ["calendars:read"]}, headers=ANY
    )

    assert (await member.client.get("/v1/mentions")).status_code == 403
    assert (await member.client.get("/v1/calendars")).status_code == 200
    back = await tenant.client.patch(member.path, json={"role": "reader"}, headers=ANY)
    assert (back.json()["role"], back.json()["role_id"]) == ("reader", None)


async def test_nobody_makes_a_role_with_a_scope_they_lack(
    app: Any, tenant: Tenant, database: Database
) -> None:
    strong = await make(tenant, name="Strong", scopes=list(Scope))
    token = await make_token(
        database, tenant.workspace_id, [Scope.ADMINISTRATION, Scope.POSTS_READ]
    )
    async with client_for(app, token) as client:
        answers = [
            await client.post("/v1/roles", json=DESK),
            await client.patch(f"/v1/roles/{strong['id']}", json={"name": "A"}, headers=ANY),
            await client.delete(f"/v1/roles/{strong['id']}"),
        ]
        weak = await client.post("/v1/roles", json={"name": "Weak", "scopes": ["posts:read"]})
        grown = await client.patch(
            f"/v1/roles/{weak.json()['id']}", json={"scopes": ["posts:write"]}, headers=ANY
        )

    assert weak.status_code == 201
    for answer in (*answers, grown):
        assert (answer.status_code, answer.json()["code"]) == (403, "scope.beyond")
    listed = (await tenant.client.get("/v1/roles")).json()["data"]
    assert [(each["name"], len(each["scopes"])) for each in listed] == [
        ("Strong", len(Scope)),
        ("Weak", 1),
    ]


async def test_manager_makes_no_role_and_gives_none_that_is_stronger(
    tenant: Tenant, seat: Seat
) -> None:
    manager, reader = await seat(Role.MANAGER), await seat(Role.READER)
    strong = await make(tenant, name="Strong", scopes=["administration"])
    weak = await make(tenant)

    made = await manager.client.post("/v1/roles", json=DESK)
    refused = await manager.client.patch(reader.path, json={"role_id": strong["id"]}, headers=ANY)
    given = await manager.client.patch(reader.path, json={"role_id": weak["id"]}, headers=ANY)

    assert (made.status_code, made.json()["code"]) == (403, "scope.missing")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope.beyond")
    assert given.status_code == 200


async def test_role_that_somebody_has_or_is_offered_stays(tenant: Tenant, seat: Seat) -> None:
    had, offered, reader = await make(tenant), await make(tenant, name="B"), await seat(Role.READER)
    await tenant.client.patch(reader.path, json={"role_id": had["id"]}, headers=ANY)
    invitation = await tenant.client.post(
        "/v1/invitations",
        json={
            "email": "a@example.ch", "role": "custom", "role_id": offered["id"], "language": "fr",
        },
    )  # fmt: skip
    assert invitation.status_code == 201, invitation.text

    for role in (had, offered):
        answer = await tenant.client.delete(f"/v1/roles/{role['id']}")
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
    await tenant.client.post(f"/v1/invitations/{invitation.json()['id']}/revoke")

    assert (await tenant.client.delete(f"/v1/roles/{offered['id']}")).status_code == 204
    assert len((await tenant.client.get("/v1/roles")).json()["data"]) == 1


async def test_role_that_is_given_while_it_goes_is_given_or_gone(
    tenant: Tenant, seat: Seat
) -> None:
    for number in range(5):
        role, reader = await make(tenant, name=f"R{number}"), await seat(Role.READER)

        given, removed = await asyncio.gather(
            tenant.client.patch(reader.path, json={"role_id": role["id"]}, headers=ANY),
            tenant.client.delete(f"/v1/roles/{role['id']}"),
        )

        assert (given.status_code, removed.status_code) in {(200, 409), (404, 204)}


async def test_taken_name_is_refused(tenant: Tenant) -> None:
    await make(tenant)
    other = await make(tenant, name="Other")

    again = await tenant.client.post("/v1/roles", json=DESK)
    renamed = await tenant.client.patch(
        f"/v1/roles/{other['id']}", json={"name": DESK["name"]}, headers=ANY
    )

    for answer in (again, renamed):
        assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")
    assert len((await tenant.client.get("/v1/roles")).json()["data"]) == 2


async def test_roles_of_another_workspace_do_not_exist(tenant: Tenant, foreigner: Tenant) -> None:
    role = await make(tenant)
    path = f"/v1/roles/{role['id']}"

    answers = [
        await foreigner.client.get(path),
        await foreigner.client.patch(path, json={"name": "A"}, headers=ANY),
        await foreigner.client.delete(path),
        await foreigner.client.post(
            "/v1/members",
            json={"name": "A", "email": "a@b.ch", "role": "custom", "role_id": role["id"]},
        ),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert (await tenant.client.get(path)).json() == role


async def test_graph_makes_and_shows_roles(tenant: Tenant) -> None:
    made = await ask(
        tenant,
        'mutation { createRole(input: {name: "Desk", scopes: [POSTS_READ]}) '
        "{ ... on CreateRoleSuccess { role { id scopes } } ... on Error { code } } }",
    )
    id_ = made["createRole"]["role"]["id"]

    found = await ask(
        tenant,
        "query($id: ID!) { role(id: $id) { name } node(id: $id) { id } "
        "roles { nodes { id } } roleTemplates { role scopes } }",
        id=id_,
    )

    assert found["role"] == {"name": "Desk"}
    assert found["node"] == {"id": id_}
    assert found["roles"]["nodes"] == [{"id": id_}]
    assert len(found["roleTemplates"]) == len(ROLE_SCOPES)
