"""What networks and posts meet is listed, and whatever has a code leads to its description."""

import re
from typing import Any

import httpx2
import pytest

from domain.connector.misfits import MISFITS
from domain.connector.troubles import TROUBLES
from domain.kernel.database import Database
from domain.posts.delivery_shapes import DriftCode
from tests.furnished import Furnished, furnish, named
from tests.world import Tenant

KINDS = ("outside", "misfit", "drift")
WIDE = {"since": "2026-11-01T00:00:00Z", "until": "2027-11-01T00:00:00Z"}
FIELDS = "code kind title remedy actingParty isRetryable type"


@pytest.fixture
async def furnished(database: Database, tenant: Tenant) -> Furnished:
    return await furnish(database, tenant)


async def ask(tenant: Tenant, query: str, **variables: Any) -> Any:
    answer = await tenant.client.post("/graphql", json={"query": query, "variables": variables})
    assert "errors" not in answer.json(), answer.text
    return answer.json()["data"]


async def anchors(client: httpx2.AsyncClient) -> list[str]:
    page = await client.get("/problems")
    assert page.status_code == 200
    return re.findall(r'id="([^"]+)"', page.text)


async def test_every_trouble_misfit_and_drift_is_listed_without_a_token(
    stranger: httpx2.AsyncClient,
) -> None:
    found = (await stranger.get("/v1/troubles")).json()

    kinds = {kind: {each["code"] for each in found if each["kind"] == kind} for kind in KINDS}
    assert kinds == {
        "outside": set(TROUBLES),
        "misfit": set(MISFITS),
        "drift": {code.value for code in DriftCode},
    }
    assert len(found) == len({each["code"] for each in found})
    assert found[0] == {
        "code": "account.already_connected",
        "kind": "outside",
        "title": "Another account of this workspace is this identity",
        "remedy": "Use that account, or remove it first.",
        "acting_party": "user",
        "is_retryable": False,
        "type": "/problems#account.already_connected",
    }


async def test_the_graph_lists_the_same_troubles(tenant: Tenant) -> None:
    listed = (await tenant.client.get("/v1/troubles")).json()

    found = (await ask(tenant, f"{{ troubles {{ {FIELDS} }} }}"))["troubles"]

    assert [tuple(each.values()) for each in found] == [
        (
            each["code"],
            each["kind"].upper(),
            each["title"],
            each["remedy"],
            each["acting_party"].upper(),
            each["is_retryable"],
            each["type"],
        )
        for each in listed
    ]


async def test_every_listed_code_has_one_place_on_the_page(stranger: httpx2.AsyncClient) -> None:
    lists = [(await stranger.get(path)).json() for path in ("/v1/errors", "/v1/troubles")]
    places = {each["type"] for found in lists for each in found}

    found = await anchors(stranger)

    assert {f"/problems#{each}" for each in found} == places
    assert len(found) == len(set(found))


async def test_the_page_tells_what_to_do_and_who_must_act(
    stranger: httpx2.AsyncClient,
) -> None:
    page = await stranger.get("/problems")

    [row] = re.findall(r'<tr id="network\.refused">(.*?)</tr>', page.text)
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
    assert cells == [
        '<a href="#network.refused"><code>network.refused</code></a>',
        "The network understood and said no",
        "Put right what <code>message</code> says, then retry it.",
        "user",
        "no",
    ]
    assert "<code>/v1/accounts/{id}/budgets</code>" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.usefixtures("furnished")
async def test_a_problem_of_a_delivery_leads_to_its_code_on_both_faces(tenant: Tenant) -> None:
    [delivery] = (
        await tenant.client.get("/v1/deliveries", params={"code": "network.refused"})
    ).json()["data"]
    query = "query($id: ID!) { delivery(id: $id) { problem { code type } } }"
    graph = (await ask(tenant, query, id=delivery["id"]))["delivery"]
    attempts = (await tenant.client.get(f"/v1/deliveries/{delivery['id']}/attempts")).json()
    agenda = await tenant.client.get("/v1/agenda", params={"kind": "delivery_failed", **WIDE})

    place = "/problems#network.refused"
    assert delivery["problem"]["type"] == place
    assert graph["problem"] == {"code": "network.refused", "type": place}
    assert [each["type"] for each in attempts["data"]] == [place]
    assert [each["type"] for each in agenda.json()["data"]] == [place]
    assert "network.refused" in await anchors(tenant.client)


async def test_what_is_well_leads_nowhere(tenant: Tenant, furnished: Furnished) -> None:
    post = furnished.here[named("post")]
    found = (await tenant.client.get("/v1/deliveries", params={"post_id": post})).json()["data"]
    attempts = [
        each
        for delivery in found
        for each in (await tenant.client.get(f"/v1/deliveries/{delivery['id']}/attempts")).json()[
            "data"
        ]
    ]

    assert {each["code"]: each["type"] for each in attempts} == {None: None}


async def test_a_misfit_leads_to_its_code(tenant: Tenant, furnished: Furnished) -> None:
    account = furnished.here[named("acct")]
    draft = {"text": "", "variants": [{"account_id": account}]}

    answer = await tenant.client.post("/v1/posts/validate", json=draft)

    [verdict] = answer.json()["targets"]
    assert [(each["code"], each["type"]) for each in verdict["misfits"]] == [
        ("text.empty", "/problems#text.empty")
    ]


async def test_errors_of_both_faces_lead_to_their_code(tenant: Tenant) -> None:
    missing = f"post_{'0' * 32}"
    rest = (await tenant.client.get(f"/v1/posts/{missing}")).json()
    body = {"query": "{ nothing }"}
    graph = (await tenant.client.post("/graphql", json=body)).json()

    assert rest["type"] == f"/problems#{rest['code']}"
    assert graph["errors"][0]["extensions"]["type"] == "/problems#query.invalid"
