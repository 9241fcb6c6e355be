"""/v1/departments: who is in them, and who leads them."""

from typing import Any

import pytest

from domain.kernel.ids import new_id, read, show
from domain.workspaces.shapes import Role
from tests.api.graph.asking import ask
from tests.api.workspaces.conftest import Seat, last_event, make_community
from tests.world import Tenant

ANY = {"If-Match": "*"}


async def make(tenant: Tenant, **changes: Any) -> dict[str, Any]:
    answer = await tenant.client.post("/v1/departments", json={"name": "Œnologie"} | changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def read_again(tenant: Tenant, made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await tenant.client.get(f"/v1/departments/{made['id']}")).json()
    return found


async def test_department_has_members_and_a_lead(tenant: Tenant, seat: Seat) -> None:
    lead, other = await seat(Role.EXPERT), await seat(Role.READER)

    made = await make(tenant, lead_id=lead.id, member_ids=[other.id, lead.id, other.id])

    assert (made["lead_id"], made["member_ids"]) == (lead.id, [other.id, lead.id])
    assert await read_again(tenant, made) == made
    assert (await tenant.client.get("/v1/departments")).json()["data"] == [made]
    event = await last_event(tenant)
    assert (event["kind"], event["subject_id"]) == ("department.created", made["id"])
    assert event["data"]["current"]["member_ids"] == [other.id, lead.id]


async def test_lead_who_leaves_leads_no_longer(tenant: Tenant, seat: Seat) -> None:
    lead, other = await seat(Role.EXPERT), await seat(Role.READER)
    made = await make(tenant, lead_id=lead.id, member_ids=[lead.id, other.id])

    changed = await tenant.client.patch(
        f"/v1/departments/{made['id']}",
        json={"member_ids": [other.id]},
        headers={"If-Match": '"1"'},
    )

    assert (changed.json()["lead_id"], changed.json()["member_ids"]) == (None, [other.id])
    assert changed.json()["version"] == 2
    event = await last_event(tenant)
    assert event["data"] == {
        "changed": ["lead_id", "member_ids"],
        "previous": {"lead_id": lead.id, "member_ids": [lead.id, other.id]},
        "current": {"lead_id": None, "member_ids": [other.id]},
    }


async def test_member_who_is_removed_is_in_no_department(tenant: Tenant, seat: Seat) -> None:
    lead, other = await seat(Role.EXPERT), await seat(Role.READER)
    made = await make(tenant, lead_id=lead.id, member_ids=[lead.id, other.id])

    assert (await tenant.client.delete(lead.path)).status_code == 204

    found = await read_again(tenant, made)
    assert (found["lead_id"], found["member_ids"]) == (None, [other.id])


@pytest.mark.parametrize("change", [False, True])
async def test_lead_is_among_the_members(tenant: Tenant, seat: Seat, *, change: bool) -> None:
    lead, other = await seat(Role.EXPERT), await seat(Role.READER)
    made = await make(tenant, member_ids=[other.id])

    if change:
        path = f"/v1/departments/{made['id']}"
        answer = await tenant.client.patch(path, json={"lead_id": lead.id}, headers=ANY)
    else:
        body = {"name": "B", "lead_id": lead.id, "member_ids": [other.id]}
        answer = await tenant.client.post("/v1/departments", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "department.lead_outside")
    assert (await tenant.client.get("/v1/departments")).json()["data"] == [made]


async def test_unknown_and_foreign_members_are_none(
    tenant: Tenant, foreigner: Tenant, seat: Seat
) -> None:
    member = await seat(Role.READER)

    unknown = await tenant.client.post(
        "/v1/departments", json={"name": "A", "member_ids": [show("mem", new_id())]}
    )
    foreign = await foreigner.client.post(
        "/v1/departments", json={"name": "A", "member_ids": [member.id]}
    )

    for answer in (unknown, foreign):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await tenant.client.get("/v1/departments")).json()["data"] == []


async def test_department_goes_and_its_members_stay(tenant: Tenant, seat: Seat) -> None:
    member = await seat(Role.READER)
    made = await make(tenant, member_ids=[member.id])

    assert (await tenant.client.delete(f"/v1/departments/{made['id']}")).status_code == 204

    assert (await tenant.client.get(member.path)).status_code == 200
    assert (await last_event(tenant))["data"]["previous"]["member_ids"] == [member.id]


async def test_who_is_held_to_communities_changes_no_department(tenant: Tenant, seat: Seat) -> None:
    vaud = await make_community(tenant, "vaud")
    manager = await seat(Role.MANAGER, communities=[read("com", vaud)])

    answer = await manager.client.post("/v1/departments", json={"name": "A"})

    assert (answer.status_code, answer.json()["code"]) == (403, "communities.held")
    assert (await manager.client.get("/v1/departments")).json()["data"] == []


async def test_graph_walks_from_a_department_to_its_members(tenant: Tenant, seat: Seat) -> None:
    lead, other = await seat(Role.EXPERT), await seat(Role.READER)
    made = await ask(
        tenant,
        "mutation($lead: ID!, $all: [ID!]!) { createDepartment(input: "
        '{name: "Cave", leadId: $lead, memberIds: $all}) '
        "{ ... on CreateDepartmentSuccess { department { id } } ... on Error { code } } }",
        lead=lead.id,
        all=[lead.id, other.id],
    )

    found = await ask(
        tenant,
        "query($id: ID!) { department(id: $id) { lead { id } members { id role } } }",
        id=made["createDepartment"]["department"]["id"],
    )

    assert found["department"] == {
        "lead": {"id": lead.id},
        "members": [{"id": lead.id, "role": "EXPERT"}, {"id": other.id, "role": "READER"}],
    }
