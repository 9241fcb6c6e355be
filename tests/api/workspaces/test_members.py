"""/v1/members and /v1/me: who may change whom, and what of people is shown."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from domain.kernel.caller import WHOLE_WORKSPACE, Scope
from domain.kernel.database import Database
from domain.kernel.ids import new_id, read, show
from domain.workspaces.roles import ROLE_SCOPES
from domain.workspaces.shapes import Role
from tests.api.graph.asking import ask
from tests.api.workspaces.conftest import Seat, Seated, last_event, make_community
from tests.domain.identity.build import build_access, build_application, build_member
from tests.world import Tenant, client_for, make_tenant, make_token, make_workspace

ANY = {"If-Match": "*"}
MARC = {"name": "Marc Bovet", "email": "marc@example.ch", "role": "editor"}


async def code(answering: Any) -> tuple[int, str]:
    answer = await answering
    return answer.status_code, answer.json()["code"]


async def seats(tenant: Tenant) -> dict[str, tuple[str, list[str] | None]]:
    """Role and communities of every member."""
    page = (await tenant.client.get("/v1/members")).json()["data"]
    return {each["id"]: (each["role"], each["communities"]) for each in page}


async def test_member_is_added_with_a_role_and_communities(tenant: Tenant) -> None:
    vaud = await make_community(tenant, "vaud")

    answer = await tenant.client.post("/v1/members", json=MARC | {"communities": [vaud]})

    made = answer.json()
    assert answer.status_code == 201, answer.text
    assert (made["name"], made["email"], made["role"]) == tuple(MARC.values())
    assert (made["role_id"], made["communities"], made["user_id"]) == (None, [vaud], None)
    assert (await tenant.client.get(f"/v1/members/{made['id']}")).json() == made
    event = await last_event(tenant)
    assert (event["kind"], event["subject_id"]) == ("member.added", made["id"])
    assert event["data"] == {"current": {"role": "editor", "role_id": None, "communities": [vaud]}}


async def test_change_tells_what_was_before_and_nothing_of_the_person(
    tenant: Tenant, seat: Seat
) -> None:
    vaud = await make_community(tenant, "vaud")
    reader = await seat(Role.READER)

    await tenant.client.patch(
        reader.path,
        json={"name": "Marc Bovet", "role": "editor", "communities": [vaud]},
        headers=ANY,
    )

    event = await last_event(tenant)
    assert event["kind"] == "member.changed"
    assert event["data"] == {
        "changed": ["communities", "name", "role"],
        "previous": {"role": "reader", "communities": None},
        "current": {"role": "editor", "communities": [vaud]},
    }
    assert "Bovet" not in str(event)


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"role": "owner", "communities": ["{vaud}"]}, (422, "role.unfit")),
        ({"role": "custom"}, (422, "role.unfit")),
        ({"role": "editor", "role_id": show("role", new_id())}, (422, "role.unfit")),
        ({"role": "custom", "role_id": show("role", new_id())}, (404, "not_found")),
        ({"communities": [show("com", new_id())]}, (404, "not_found")),
        ({"communities": []}, (422, "too_short")),
    ],
)
async def test_seat_that_cannot_be_is_refused(
    tenant: Tenant, body: dict[str, Any], refused: tuple[int, str]
) -> None:
    vaud = await make_community(tenant, "vaud")
    sent = {**MARC, **body}
    if body.get("communities") == ["{vaud}"]:
        sent["communities"] = [vaud]

    answer = await tenant.client.post("/v1/members", json=sent)

    said = answer.json()
    codes = {said["code"], *(fault["code"] for fault in said["errors"])}
    assert answer.status_code == refused[0]
    assert refused[1] in codes
    assert await seats(tenant) == {}


@pytest.mark.parametrize("role", ["owner", "manager", "editor"])
async def test_manager_makes_everybody_but_an_owner(tenant: Tenant, seat: Seat, role: str) -> None:
    manager = await seat(Role.MANAGER)

    answer = await manager.client.post("/v1/members", json=MARC | {"role": role})

    if role == "owner":
        assert (answer.status_code, answer.json()["code"]) == (403, "scope.beyond")
        assert list(await seats(tenant)) == [manager.id]
    else:
        assert answer.status_code == 201, answer.text


async def test_manager_neither_changes_nor_removes_an_owner(tenant: Tenant, seat: Seat) -> None:
    owner, other, manager = await seat(), await seat(), await seat(Role.MANAGER)
    before = await seats(tenant)

    renamed = manager.client.patch(owner.path, json={"name": "Nobody"}, headers=ANY)
    demoted = manager.client.patch(owner.path, json={"role": "reader"}, headers=ANY)
    raised = manager.client.patch(manager.path, json={"role": "owner"}, headers=ANY)
    removed = manager.client.delete(owner.path)

    for answering in (renamed, demoted, raised, removed):
        assert await code(answering) == (403, "scope.beyond")
    assert await seats(tenant) == before
    assert len({owner.id, other.id} & before.keys()) == 2


async def test_community_manager_changes_no_member(seat: Seat) -> None:
    reader, community_manager = await seat(Role.READER), await seat(Role.COMMUNITY_MANAGER)

    answering = community_manager.client.patch(reader.path, json={"name": "A"}, headers=ANY)

    assert await code(answering) == (403, "scope.missing")


async def test_held_manager_gives_only_what_they_see(tenant: Tenant, seat: Seat) -> None:
    vaud, valais = await make_community(tenant, "vaud"), await make_community(tenant, "valais")
    manager = await seat(Role.MANAGER, communities=[read("com", vaud)])
    whole, elsewhere = (
        await seat(Role.READER),
        await seat(Role.READER, communities=[read("com", valais)]),
    )
    before = await seats(tenant)

    everywhere = manager.client.post("/v1/members", json=MARC)
    there = manager.client.post("/v1/members", json=MARC | {"communities": [valais]})
    widened = manager.client.patch(manager.path, json={"communities": None}, headers=ANY)
    others = [
        manager.client.patch(each.path, json={"name": "A"}, headers=ANY)
        for each in (whole, elsewhere)
    ]

    for answering in (everywhere, there, widened, *others):
        assert await code(answering) == (403, "scope.beyond")
    assert await seats(tenant) == before
    made = await manager.client.post(
        "/v1/members", json=MARC | {"role": "manager", "communities": [vaud]}
    )
    assert made.status_code == 201, made.text


async def test_members_are_listed_by_the_communities_they_see(
    tenant: Tenant, app: FastAPI, database: Database, seat: Seat
) -> None:
    async with make_tenant(app, database) as other:
        foreign = await make_community(other, "vaud")
    vaud, valais = await make_community(tenant, "vaud"), await make_community(tenant, "valais")
    whole = await seat(Role.READER)
    here = await seat(Role.MANAGER, communities=[read("com", vaud)])
    there = await seat(Role.READER, communities=[read("com", valais)])
    nowhere = await seat(Role.READER, communities=[])
    query = """query ($of: [ID!], $roles: [Role!]) {
        members(communityIds: $of, roles: $roles) { nodes { id } } }"""

    async def listed(by: httpx2.AsyncClient, *of: str, roles: Sequence[str] = ()) -> list[str]:
        page = await by.get("/v1/members", params={"community_id": of, "role": roles})
        assert page.status_code == 200, page.text
        given = {"of": of, "roles": [each.upper() for each in roles]}
        shown = (await by.post("/graphql", json={"query": query, "variables": given})).json()
        found = [each["id"] for each in page.json()["data"]]
        assert [each["id"] for each in shown["data"]["members"]["nodes"]] == found
        return found

    assert await listed(tenant.client) == [whole.id, here.id, there.id, nowhere.id]
    assert await listed(tenant.client, vaud) == [whole.id, here.id]
    assert await listed(tenant.client, valais, vaud) == [whole.id, here.id, there.id]
    assert await listed(tenant.client, valais, roles=["manager"]) == []
    assert await listed(tenant.client, vaud, roles=["manager"]) == [here.id]
    assert await listed(tenant.client, foreign) == []
    assert await listed(here.client, valais) == []
    assert await listed(here.client, vaud, valais) == [whole.id, here.id]


async def test_removed_members_key_dies_with_them(tenant: Tenant, seat: Seat) -> None:
    owner, editor = await seat(), await seat(Role.EDITOR)
    assert (await editor.client.get("/v1/posts")).status_code == 200

    removed = await owner.client.delete(editor.path)

    assert removed.status_code == 204
    assert await code(editor.client.get("/v1/posts")) == (401, "token.invalid")
    event = await last_event(tenant)
    assert (event["kind"], event["actor"]) == ("member.removed", f"member:{owner.id}")
    assert event["data"] == {"previous": {"role": "editor", "role_id": None, "communities": None}}


async def test_applications_of_a_removed_member_have_nothing_left(
    app: FastAPI, tenant: Tenant, database: Database, seat: Seat
) -> None:
    editor, application = (
        await seat(Role.EDITOR),
        await build_application(database, tenant.workspace_id),
    )
    access = await build_access(
        database, tenant.workspace_id, editor.member_id, (tenant.workspace_id, application)
    )
    async with client_for(app, access.bearer) as client:
        assert (await client.get("/v1/posts")).status_code == 200

        await tenant.client.delete(editor.path)

        assert await code(client.get("/v1/posts")) == (401, "token.invalid")
    assert (await tenant.client.get("/v1/grants")).json()["data"] == []


async def test_change_of_role_reaches_the_members_keys_at_once(seat: Seat) -> None:
    owner, editor = await seat(), await seat(Role.EDITOR)
    body = {"name": "Fondue", "slug": "fondue", "time_zone": "UTC"}
    assert await code(editor.client.post("/v1/communities", json=body)) == (403, "scope.missing")

    await owner.client.patch(editor.path, json={"role": "community_manager"}, headers=ANY)

    assert (await editor.client.post("/v1/communities", json=body)).status_code == 201


async def test_last_owner_is_neither_demoted_nor_removed(tenant: Tenant, seat: Seat) -> None:
    owner = await seat()
    vaud = await make_community(tenant, "vaud")

    demoted = owner.client.patch(owner.path, json={"role": "manager"}, headers=ANY)
    held = owner.client.patch(owner.path, json={"communities": [vaud]}, headers=ANY)

    assert await code(demoted) == (409, "owner.last")
    assert await code(owner.client.delete(owner.path)) == (409, "owner.last")
    assert (await held).status_code == 422
    assert await seats(tenant) == {owner.id: ("owner", None)}


async def test_two_owners_who_demote_each_other_at_once_leave_one(
    tenant: Tenant, seat: Seat
) -> None:
    one, other = await seat(), await seat()

    answers = await asyncio.gather(
        one.client.patch(other.path, json={"role": "reader"}, headers=ANY),
        other.client.patch(one.path, json={"role": "reader"}, headers=ANY),
    )

    outcomes = sorted(answer.status_code for answer in answers)
    # Whoever waited finds the other their last owner, or is one no longer and may not.
    assert outcomes in ([200, 403], [200, 409])
    assert sorted(role for role, _ in (await seats(tenant)).values()) == ["owner", "reader"]


async def test_ownership_goes_to_another_member(tenant: Tenant, seat: Seat) -> None:
    owner, editor = await seat(), await seat(Role.EDITOR)

    answer = await owner.client.post("/v1/workspace/transfer", json={"member_id": editor.id})

    assert answer.status_code == 200, answer.text
    assert await seats(tenant) == {owner.id: ("manager", None), editor.id: ("owner", None)}
    event = await last_event(tenant)
    assert event["kind"] == "workspace.transferred"
    assert event["data"] == {"previous": {"owner": owner.id}, "current": {"owner": editor.id}}


async def test_ownership_is_given_by_an_owner_to_who_is_none(tenant: Tenant, seat: Seat) -> None:
    owner, other, manager = await seat(), await seat(), await seat(Role.MANAGER)
    before = await seats(tenant)

    async def give(client: httpx2.AsyncClient, to: Seated) -> tuple[int, str]:
        return await code(client.post("/v1/workspace/transfer", json={"member_id": to.id}))

    assert await give(manager.client, manager) == (403, "scope.missing")
    assert await give(tenant.client, manager) == (403, "member.missing")
    assert await give(owner.client, other) == (409, "state.not_allowed")
    assert await give(owner.client, owner) == (409, "state.not_allowed")
    unknown = owner.client.post("/v1/workspace/transfer", json={"member_id": show("mem", new_id())})
    assert await code(unknown) == (404, "not_found")
    assert await seats(tenant) == before


async def test_people_are_shown_to_who_may_know_them(
    app: FastAPI, tenant: Tenant, database: Database
) -> None:
    made = (await tenant.client.post("/v1/members", json=MARC)).json()
    scopes = set(Scope) - {Scope.MEMBERS_PERSONAL}
    token = await make_token(database, tenant.workspace_id, scopes)
    graph = "{ members { nodes { id name email } } }"

    async with client_for(app, token) as client:
        one = (await client.get(f"/v1/members/{made['id']}")).json()
        [listed] = (await client.get("/v1/members")).json()["data"]
        again = (await client.post("/v1/members", json=MARC | {"email": "m@b.ch"})).json()
        events = (await client.get("/v1/events?limit=100")).text
        nodes = (await client.post("/graphql", json={"query": graph})).json()

    assert one == listed == made | {"name": None, "email": None}
    assert (again["name"], again["email"]) == (None, None)
    assert "Bovet" not in events
    assert "@" not in events
    shown = nodes["data"]["members"]["nodes"]
    assert {each["name"] for each in shown} == {each["email"] for each in shown} == {None}


async def test_me_tells_who_a_key_acts_for_and_what_it_may_do(
    tenant: Tenant, seat: Seat, database: Database
) -> None:
    user_id, vaud = new_id(), await make_community(tenant, "vaud")
    elsewhere = await make_workspace(database)
    there = await build_member(database, elsewhere, Role.OWNER, user_id=user_id)
    me = await seat(Role.MANAGER, user_id=user_id, communities=[read("com", vaud)])

    answer = await me.client.get("/v1/me")

    told = answer.json()
    here = show("ws", tenant.workspace_id)
    assert answer.status_code == 200, answer.text
    assert (told["actor"], told["user_id"]) == (f"member:{me.id}", show("usr", user_id))
    assert told["member"] == (await tenant.client.get(me.path)).json()
    assert (told["workspace_id"], told["workspace_name"]) == (here, "Test house")
    assert (told["role"], told["communities"]) == ("manager", [vaud])
    assert told["scopes"] == sorted(ROLE_SCOPES[Role.MANAGER] - WHOLE_WORKSPACE)
    assert [(each["workspace_id"], each["member_id"]) for each in told["workspaces"]] == sorted(
        [(here, me.id), (show("ws", elsewhere), show("mem", there))]
    )


async def test_me_of_a_token_of_nobody_tells_the_workspace_alone(tenant: Tenant) -> None:
    told = (await tenant.client.get("/v1/me")).json()

    assert (told["user_id"], told["member"], told["role"]) == (None, None, None)
    assert told["scopes"] == sorted(Scope)
    assert (told["communities"], told["workspaces"]) == (None, [])


async def test_graph_tells_the_same_of_me(tenant: Tenant) -> None:
    told = (await tenant.client.get("/v1/me")).json()

    graph = await ask(
        tenant,
        "{ me { actor userId workspaceId workspaceName role scopes communities "
        "member { id } workspaces { workspaceId } } }",
    )

    assert graph["me"] == {
        "actor": told["actor"],
        "userId": None,
        "workspaceId": told["workspace_id"],
        "workspaceName": "Test house",
        "role": None,
        "scopes": [Scope(scope).name for scope in told["scopes"]],
        "communities": None,
        "member": None,
        "workspaces": [],
    }


async def test_graph_gives_and_refuses_as_rest_does(seat: Seat) -> None:
    owner, manager = await seat(), await seat(Role.MANAGER)
    mutation = (
        "mutation($id: ID!) { changeMember(input: {id: $id, role: READER, expectedVersion: 1}) "
        "{ ... on ChangeMemberSuccess { member { role } } ... on Error { code } } }"
    )

    async def change(client: httpx2.AsyncClient, to: Seated) -> Any:
        sent = {"query": mutation, "variables": {"id": to.id}}
        return (await client.post("/graphql", json=sent)).json()["data"]["changeMember"]

    assert await change(manager.client, owner) == {"code": "scope.beyond"}
    assert await change(owner.client, owner) == {"code": "owner.last"}
    assert await change(owner.client, manager) == {"member": {"role": "READER"}}
