"""Content drift as people see it: told, listed, accepted, looked at again; on both faces alike."""

from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import col, update

from domain.accounts.tables import Account
from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.kernel.ids import read
from tests.api.graph.asking import post as ask
from tests.conftest import NOW
from tests.furnished import Furnished, furnish, named
from tests.world import Tenant, client_for, make_token

Json = dict[str, Any]
DRIFT = {
    "code": "truncated",
    "part": 0,
    "sent": "On taille. Et vous, déjà au travail ?",
    "shown": "On taille.",
}
LISTED = """query($has: Boolean) { deliveries(hasDrift: $has) { nodes {
  id checkedAt nextCheckAt driftAcceptedAt contentDrift { code part sent shown } } } }"""
CHANGE = """mutation($input: %sInput!) { done: %s(input: $input) {
  __typename ... on Error { code } } }"""


@pytest.fixture
async def furnished(database: Database, tenant: Tenant) -> Furnished:
    return await furnish(database, tenant)


def drifted(furnished: Furnished) -> str:
    return furnished.here[named("dlv")]


async def one(tenant: Tenant, id_: str) -> Json:
    found: Json = (await tenant.client.get(f"/v1/deliveries/{id_}")).json()
    return found


async def ids(tenant: Tenant, **query: Any) -> list[str]:
    answer = await tenant.client.get("/v1/deliveries", params=query)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["data"]]


async def by_graph(tenant: Tenant, name: str, id_: str) -> Json:
    kind = name[0].upper() + name[1:]
    answer = await ask(tenant.client, CHANGE % (kind, name), {"input": {"id": id_}})
    found: Json = answer.json()["data"]["done"]
    return found


async def kinds(tenant: Tenant) -> list[str]:
    answer = await tenant.client.get("/v1/events", params={"limit": 100})
    found = [each["kind"] for each in answer.json()["data"]]
    return [kind for kind in found if "content_drift" in kind]


async def test_delivery_tells_what_is_shown_otherwise(tenant: Tenant, furnished: Furnished) -> None:
    found = await one(tenant, drifted(furnished))

    assert found["content_drift"] == [DRIFT]
    assert (found["checked_at"], found["next_check_at"], found["drift_accepted_at"]) == (
        "2026-11-23T09:01:00Z",
        "2026-11-23T10:00:45Z",
        None,
    )
    assert await kinds(tenant) == ["delivery.content_drift"]


async def test_drifted_deliveries_are_found_until_they_are_accepted(
    tenant: Tenant, furnished: Furnished
) -> None:
    id_ = drifted(furnished)
    before = await ids(tenant, has_drift=True), len(await ids(tenant, has_drift=False))
    accepted = await tenant.client.post(f"/v1/deliveries/{id_}/accept-drift")
    again = await tenant.client.post(f"/v1/deliveries/{id_}/accept-drift")

    assert before == ([id_], len(await ids(tenant)) - 1)
    assert accepted.status_code == 200, accepted.text
    assert accepted.json()["drift_accepted_at"] == accepted.json()["updated_at"]
    assert accepted.json()["content_drift"] == [DRIFT]
    assert again.json() == accepted.json()
    assert await ids(tenant, has_drift=True) == []
    assert id_ in await ids(tenant, has_drift=False)
    assert await kinds(tenant) == ["delivery.content_drift", "delivery.content_drift_accepted"]


async def test_check_is_due_at_once(tenant: Tenant, furnished: Furnished) -> None:
    before = await one(tenant, drifted(furnished))

    answer = await tenant.client.post(f"/v1/deliveries/{drifted(furnished)}/check")

    assert answer.status_code == 200, answer.text
    assert answer.json()["next_check_at"] == answer.json()["updated_at"]
    assert answer.json()["checked_at"] == before["checked_at"]
    assert answer.headers["etag"] == f'"{before["version"] + 1}"'


@pytest.mark.parametrize(
    ("place", "path", "name"),
    [
        (5, "check", "checkDelivery"),
        (6, "check", "checkDelivery"),
        (5, "accept-drift", "acceptDrift"),
        (6, "accept-drift", "acceptDrift"),
    ],
)
async def test_what_is_not_public_or_does_not_differ_is_refused_on_both_faces(
    tenant: Tenant, furnished: Furnished, place: int, path: str, name: str
) -> None:
    id_ = furnished.here[named("dlv", place)]
    before = await one(tenant, id_)

    answer = await tenant.client.post(f"/v1/deliveries/{id_}/{path}")
    told = await by_graph(tenant, name, id_)

    assert (answer.status_code, answer.json()["code"]) == (409, "state.not_allowed")
    assert told == {"__typename": "ConflictError", "code": "state.not_allowed"}
    assert await one(tenant, id_) == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"network": "telegram"}, "network.ability_missing"),
        ({"state": "action_required"}, "account.disconnected"),
        ({"removed_at": NOW}, "account.removed"),
    ],
)
async def test_account_that_cannot_be_asked_is_not_checked(
    database: Database, tenant: Tenant, furnished: Furnished, changes: dict[str, Any], code: str
) -> None:
    account = read("acct", furnished.here[named("acct")])
    async with database.transaction(tenant.workspace_id) as session:
        await session.exec(update(Account).where(col(Account.id) == account).values(**changes))
    before = await one(tenant, drifted(furnished))

    answer = await tenant.client.post(f"/v1/deliveries/{drifted(furnished)}/check")

    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert await one(tenant, drifted(furnished)) == before


async def test_who_may_only_read_changes_nothing(
    app: FastAPI, database: Database, tenant: Tenant, furnished: Furnished
) -> None:
    token = await make_token(database, tenant.workspace_id, [Scope.POSTS_READ])
    async with client_for(app, token) as client:
        for path in ("check", "accept-drift"):
            answer = await client.post(f"/v1/deliveries/{drifted(furnished)}/{path}")
            assert (answer.status_code, answer.json()["code"]) == (403, "scope.missing")


async def test_the_graph_tells_accepts_and_checks_alike(
    tenant: Tenant, furnished: Furnished
) -> None:
    id_ = drifted(furnished)
    answer = await ask(tenant.client, LISTED, {"has": True})
    done = [await by_graph(tenant, name, id_) for name in ("acceptDrift", "checkDelivery")]
    left = await ask(tenant.client, LISTED, {"has": True})

    assert answer.json()["data"]["deliveries"]["nodes"] == [
        {
            "id": id_,
            "checkedAt": "2026-11-23T09:01:00Z",
            "nextCheckAt": "2026-11-23T10:00:45Z",
            "driftAcceptedAt": None,
            "contentDrift": [{**DRIFT, "code": "TRUNCATED"}],
        }
    ]
    assert [each["__typename"] for each in done] == [
        "AcceptDriftSuccess",
        "CheckDeliverySuccess",
    ]
    assert left.json()["data"]["deliveries"]["nodes"] == []
