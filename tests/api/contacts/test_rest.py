"""Contacts, and posts that name them, as a client sees both on both faces."""

from typing import Any

from tests.api.graph.asking import ask
from tests.desk import Desk

MARIE = {
    "key": "marie-dupont",
    "name": "Marie Dupont",
    "handles": [
        {"network": "sandbox", "handle": "@marie"},
        {"network": "mastodon", "handle": "marie@village.example"},
    ],
}
MAKE = """mutation ($input: CreateContactInput!) { createContact(input: $input) {
    ... on CreateContactSuccess { contact { key name handles { network handle } } }
    ... on Error { code } } }"""
LIST = """{ contacts(first: 5, contactKeys: ["marie-dupont"]) {
    nodes { key handles { handle } } } }"""


async def verdict(desk: Desk, text: str, **more: Any) -> dict[str, Any]:
    body = {"text": text, "variants": [{"account_id": desk.account}], **more}
    answer = await desk.client.post("/v1/posts/validate", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["targets"][0]
    return found


async def test_contact_is_made_read_changed_and_removed(desk: Desk) -> None:
    made = await desk.post("/v1/contacts", 201, **MARIE)
    url = f"/v1/contacts/{made['id']}"

    changed = await desk.client.patch(url, json={"name": "Marie"}, headers={"If-Match": '"1"'})
    stale = await desk.client.patch(url, json={"name": "M"}, headers={"If-Match": '"1"'})
    listed = (await desk.client.get("/v1/contacts?contact_key=marie-dupont")).json()["data"]
    removed = await desk.client.delete(url)

    assert made["handles"][0] == {"network": "sandbox", "handle": "marie"}
    assert (changed.status_code, changed.json()["name"]) == (200, "Marie")
    assert stale.status_code == 412
    assert [each["name"] for each in listed] == ["Marie"]
    assert removed.status_code == 204
    assert (await desk.client.get(url)).status_code == 404
    assert (await desk.client.get("/v1/contacts")).json()["data"] == []
    assert (await desk.post("/v1/contacts", 201, **MARIE))["id"] != made["id"]


async def test_key_is_taken_once_and_networks_must_be_known(desk: Desk) -> None:
    await desk.post("/v1/contacts", 201, **MARIE)
    strange = {"key": "luc", "name": "Luc", "handles": [{"network": "myspace", "handle": "luc"}]}
    twice = {"key": "luc", "name": "Luc", "handles": [MARIE["handles"][0]] * 2}

    taken = await desk.client.post("/v1/contacts", json=MARIE)
    unknown = await desk.client.post("/v1/contacts", json=strange)
    doubled = await desk.client.post("/v1/contacts", json=twice)

    assert (taken.status_code, taken.json()["code"]) == (409, "already_exists")
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["pointer"] == "/handles/0/network"
    assert doubled.status_code == 422
    assert len((await desk.client.get("/v1/contacts")).json()["data"]) == 1


async def test_graph_makes_and_lists_contacts(desk: Desk) -> None:
    given = MARIE | {"handles": [{"network": "sandbox", "handle": "marie"}]}

    made = await ask(desk.tenant, MAKE, input=given)
    listed = await ask(desk.tenant, LIST)

    assert made["createContact"]["contact"] == given
    assert listed["contacts"]["nodes"] == [
        {"key": "marie-dupont", "handles": [{"handle": "marie"}]}
    ]


async def test_verdict_shows_everybody_as_the_network_knows_them(desk: Desk) -> None:
    await desk.post("/v1/contacts", 201, **MARIE)
    await desk.post("/v1/contacts", 201, key="commune", name="La Commune")

    found = await verdict(
        desk, "Avec @{marie-dupont} et @{commune}", first_comment="Merci @{marie-dupont}"
    )

    assert (found["fits"], found["parts"]) == (True, ["Avec @marie et La Commune"])
    assert found["first_comment"] == "Merci @marie"
    assert found["lengths"][0]["length"] == len("Avec @marie et La Commune")


async def test_options_of_polls_and_warnings_name_everybody_too(desk: Desk) -> None:
    """They showed people the key."""
    await desk.post("/v1/contacts", 201, **MARIE)

    found = await verdict(desk, "Qui ?", poll={"options": ["@{marie-dupont}", "@{luc}"]})
    warned = await desk.post(
        "/v1/posts/validate",
        200,
        text="Qui ?",
        variants=[{"account_id": desk.account, "content_warning": "De @{ana}"}],
    )

    assert found["poll"]["options"] == ["@marie", "@{luc}"]
    assert [(each["pointer"], each["code"]) for each in found["misfits"]] == [
        ("/poll/options/1", "name.unknown")
    ]
    assert [each["pointer"] for each in warned["targets"][0]["misfits"]] == ["/content_warning"]


async def test_post_that_names_nobody_of_the_house_does_not_fit(desk: Desk) -> None:
    found = await verdict(desk, "Avec @{luc}", first_comment="Et @{ana}")
    made = await desk.draft(text="Avec @{luc}")

    answer = await desk.client.post(f"/v1/posts/{made['id']}/schedule", json={"now": True})

    assert [(each["pointer"], each["code"]) for each in found["misfits"]] == [
        ("/parts/0", "name.unknown"),
        ("/first_comment", "name.unknown"),
    ]
    assert (answer.status_code, answer.json()["code"]) == (422, "post.unfit")


async def test_resolved_post_names_them_and_its_versions_keep_the_key(desk: Desk) -> None:
    await desk.post("/v1/contacts", 201, **MARIE)
    made = await desk.draft(text="Avec @{marie-dupont}")

    resolved = (await desk.client.get(f"/v1/posts/{made['id']}/resolved")).json()
    versions = (await desk.client.get(f"/v1/posts/{made['id']}/versions")).json()

    assert resolved["targets"][0]["parts"] == ["Avec @marie"]
    assert versions["data"][0]["text"] == "Avec @{marie-dupont}"
