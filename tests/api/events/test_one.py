"""One event by its id, on both faces."""

from tests.api.graph.asking import ask, refusal
from tests.world import Tenant

COMMUNITY = {"name": "Vaud", "slug": "vaud", "time_zone": "Europe/Zurich"}
ONE = "query ($id: ID!) { event(id: $id) { number kind } node(id: $id) { id } }"


async def test_event_is_read_again_by_its_id(tenant: Tenant) -> None:
    await tenant.client.post("/v1/communities", json=COMMUNITY)
    [*_, last] = (await tenant.client.get("/v1/events")).json()["data"]

    by_rest = await tenant.client.get(f"/v1/events/{last['id']}")
    by_graph = await ask(tenant, ONE, id=last["id"])

    assert (by_rest.status_code, by_rest.json()) == (200, last)
    assert last["kind"] == "community.created"
    assert by_graph == {
        "event": {"number": last["number"], "kind": last["kind"]},
        "node": {"id": last["id"]},
    }


async def test_unknown_and_foreign_events_are_not_found(tenant: Tenant, foreigner: Tenant) -> None:
    await tenant.client.post("/v1/communities", json=COMMUNITY)
    [*_, last] = (await tenant.client.get("/v1/events")).json()["data"]

    for id_ in (last["id"], "evt_" + "0" * 32):
        answer = await foreigner.client.get(f"/v1/events/{id_}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert await refusal(foreigner, "query ($id: ID!) { event(id: $id) { id } }", id=id_) == (
            200,
            "not_found",
        )
