"""/v1/audit as a client sees it: who, what, when, from where, before and after."""

import csv
import io
import json
from datetime import datetime
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from domain.kernel.caller import Scope
from domain.kernel.database import Database
from tests.world import Tenant, client_for, make_token

COMMUNITY = {"name": "Vaud", "slug": "vaud", "time_zone": "Europe/Zurich"}


async def change(tenant: Tenant) -> str:
    """A community that is made and renamed; gives its id."""
    made = await tenant.client.post("/v1/communities", json=COMMUNITY)
    id_: str = made.json()["id"]
    url, renamed = f"/v1/communities/{id_}", {"name": "Vaud au quotidien", "languages": ["fr"]}
    answer = await tenant.client.patch(url, json=renamed, headers={"If-Match": "*"})
    assert answer.status_code == 200
    return id_


async def audit(tenant: Tenant, **query: Any) -> list[dict[str, Any]]:
    answer = await tenant.client.get("/v1/audit", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def test_an_entry_says_who_what_when_from_where_before_and_after(tenant: Tenant) -> None:
    id_ = await change(tenant)

    entries = await audit(tenant)
    [entry, made, token, workspace] = entries

    assert [each["number"] for each in entries] == [4, 3, 2, 1]
    assert (entry["kind"], entry["subject_kind"], entry["subject_id"]) == (
        "community.changed",
        "community",
        id_,
    )
    assert entry["actor"].startswith("token:tok_")
    assert datetime.fromisoformat(entry["occurred_at"]).tzinfo is not None
    assert entry["origin"] == {"address": "127.0.0.1", "application": None}
    assert entry["before"] == {"name": "Vaud", "languages": []}
    assert entry["after"] == {"name": "Vaud au quotidien", "languages": ["fr"]}
    assert entry["data"]["changed"] == ["languages", "name"]
    assert (made["before"], made["after"], workspace["origin"]) == (None, None, None)
    assert [each["previous_hash"] for each in entries] == [
        made["hash"],
        token["hash"],
        workspace["hash"],
        "0" * 64,
    ]
    read = await tenant.client.get(f"/v1/audit/{entry['id']}")
    assert read.json() == entry


async def test_the_event_log_does_not_show_addresses(tenant: Tenant) -> None:
    await change(tenant)

    shown = (await tenant.client.get("/v1/events")).text

    assert "127.0.0.1" not in shown
    assert "origin" not in shown


async def test_filters_narrow_by_actor_kind_subject_and_time(tenant: Tenant) -> None:
    id_ = await change(tenant)
    [changed, made, *_] = await audit(tenant)
    others = {"actor": "worker", "kind": "post.created", "subject_kind": "post"}

    assert [e["number"] for e in await audit(tenant, actor=changed["actor"])] == [4, 3]
    assert [e["number"] for e in await audit(tenant, kind="community.changed")] == [4]
    assert [e["number"] for e in await audit(tenant, subject=id_)] == [4, 3]
    assert [e["number"] for e in await audit(tenant, subject_kind="workspace")] == [1]
    assert [e["number"] for e in await audit(tenant, since=changed["occurred_at"])] == [4]
    until = await audit(tenant, until=made["occurred_at"])
    assert [e["number"] for e in until] == [2, 1]
    assert [
        await audit(tenant, **{name: value}) for name, value in others.items() if name != "actor"
    ] == [
        [],
        [],
    ]


async def test_a_subject_that_is_no_id_is_refused(tenant: Tenant) -> None:
    answer = await tenant.client.get("/v1/audit?subject=vaud")

    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


async def test_pages_go_back_in_time(tenant: Tenant) -> None:
    await change(tenant)

    numbers, url = [], "/v1/audit?limit=3"
    while url:
        answer = await tenant.client.get(url)
        numbers.append([each["number"] for each in answer.json()["data"]])
        url = answer.links.get("next", {}).get("url", "")

    assert numbers == [[4, 3, 2], [1]]


async def test_verification_confirms_the_chain_and_a_noted_hash(tenant: Tenant) -> None:
    await change(tenant)
    first = (await tenant.client.get("/v1/audit/verification")).json()
    noted = {"known_number": first["head_number"], "known_hash": first["head_hash"]}
    second = (await tenant.client.get("/v1/audit/verification", params=noted)).json()
    wrong = {**noted, "known_hash": "0" * 64}
    third = (await tenant.client.get("/v1/audit/verification", params=wrong)).json()
    half = await tenant.client.get("/v1/audit/verification?known_number=1")

    assert (first["is_whole"], first["is_complete"], first["last_number"]) == (True, True, 4)
    assert (second["is_whole"], second["is_known_confirmed"]) == (True, True)
    assert (third["is_whole"], third["fault"], third["fault_number"]) == (False, "rewritten", 4)
    assert (half.status_code, half.json()["code"]) == (422, "request.invalid")


async def test_export_streams_every_entry_in_order_and_is_told_itself(
    tenant: Tenant,
) -> None:
    await change(tenant)

    async with tenant.client.stream("GET", "/v1/audit/export") as answer:
        lines = [json.loads(line) async for line in answer.aiter_lines()]
    rows = await tenant.client.get("/v1/audit/export?format=csv&kind=audit.exported")

    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["content-disposition"].startswith('attachment; filename="audit-20')
    assert [line["number"] for line in lines] == [1, 2, 3, 4, 5]
    assert (lines[4]["kind"], lines[4]["data"]) == ("audit.exported", {})
    assert rows.headers["content-type"] == "text/csv; charset=utf-8"
    found = list(csv.DictReader(io.StringIO(rows.text)))
    assert [row["number"] for row in found] == ["5", "6"]
    assert json.loads(found[1]["data"]) == {"kinds": ["audit.exported"]}


async def test_an_unknown_format_is_refused_and_nothing_is_told(tenant: Tenant) -> None:
    answer = await tenant.client.get("/v1/audit/export?format=xml")

    assert answer.status_code == 422
    assert [each["number"] for each in await audit(tenant)] == [2, 1]


@pytest.mark.parametrize("path", ["", "/verification", "/export", "/evt_" + "0" * 32])
async def test_without_the_scope_nothing_is_shown(
    app: FastAPI, tenant: Tenant, database: Database, path: str
) -> None:
    scopes = frozenset(Scope) - {Scope.AUDIT_READ}
    token = await make_token(database, tenant.workspace_id, scopes)
    async with client_for(app, token) as client:
        answer: httpx2.Response = await client.get(f"/v1/audit{path}")

    assert (answer.status_code, answer.json()["code"]) == (403, "scope.missing")
    assert all(each["kind"] != "audit.exported" for each in await audit(tenant))


async def test_entries_of_others_do_not_exist(tenant: Tenant, foreigner: Tenant) -> None:
    id_ = await change(foreigner)
    [theirs, *_] = await audit(foreigner)

    answer = await tenant.client.get(f"/v1/audit/{theirs['id']}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert await audit(tenant, subject=id_) == []


async def test_the_graph_shows_the_same(tenant: Tenant) -> None:
    await change(tenant)
    [entry, *_] = await audit(tenant)
    query = """
    query ($id: ID!) {
      auditEntry(id: $id) { number before }
      auditEntries(first: 1, kinds: [COMMUNITY_CHANGED]) {
        nodes { id actor origin { address application } after hash previousHash }
      }
      auditVerification(knownNumber: 1, knownHash: "%s") { isWhole fault faultNumber headHash }
    }
    """
    asked = {"query": query % ("0" * 64), "variables": {"id": entry["id"]}}
    found = (await tenant.client.post("/graphql", json=asked)).json()["data"]

    assert found["auditEntry"] == {"number": 4, "before": entry["before"]}
    assert found["auditEntries"]["nodes"] == [
        {
            "id": entry["id"],
            "actor": entry["actor"],
            "origin": {"address": "127.0.0.1", "application": None},
            "after": entry["after"],
            "hash": entry["hash"],
            "previousHash": entry["previous_hash"],
        }
    ]
    assert found["auditVerification"] == {
        "isWhole": False,
        "fault": "REWRITTEN",
        "faultNumber": 1,
        "headHash": entry["hash"],
    }
