"""Posts that quote others: kept, inherited, judged and compared, on both faces."""

from typing import Any

import pytest

from tests.api.graph.asking import ask
from tests.desk import Desk

THEIRS = "https://bsky.app/profile/bea.example/post/3lbhx5vnm2s2c"
OURS = "https://village.example/sandbox/posts/018f0000-0000-7000-8000-000000000007"
ASK = """query ($id: ID!) { post(id: $id) { quoteOf variants { nodes { quoteOf } }
    adaptations { nodes { quoteOf } } versions(first: 1) { nodes { quoteOf } } } }"""
VALIDATE = """query ($input: ValidatePostInput!) { validatePost(input: $input) { targets {
    quoteOf lengths { length } misfits { pointer code } } } }"""


async def judge(desk: Desk, **body: Any) -> dict[str, Any]:
    whole = {"variants": [{"account_id": desk.account}], **body}
    answer = await desk.client.post("/v1/posts/validate", json=whole)
    assert answer.status_code == 200, answer.text
    (target,) = answer.json()["targets"]
    return {**target}


async def test_quote_is_kept_and_shown_on_both_faces(desk: Desk) -> None:
    made = await desk.draft(
        quote_of=THEIRS,
        adaptations=[{"network": "sandbox", "quote_of": OURS}],
        variants=[{"account_id": desk.account, "quote_of": ""}],
    )

    shown = (await desk.client.get(f"/v1/posts/{made['id']}")).json()
    graph = (await ask(desk.tenant, ASK, id=made["id"]))["post"]

    assert (shown["quote_of"], graph["quoteOf"]) == (THEIRS, THEIRS)
    assert [each["quote_of"] for each in shown["adaptations"]] == [OURS]
    assert [each["quote_of"] for each in shown["variants"]] == [""]
    assert graph["adaptations"]["nodes"] == [{"quoteOf": OURS}]
    assert graph["variants"]["nodes"] == [{"quoteOf": ""}]
    assert graph["versions"]["nodes"] == [{"quoteOf": THEIRS}]


async def test_changed_quote_is_a_difference_and_comes_back(desk: Desk) -> None:
    made = await desk.draft(quote_of=THEIRS)
    url = f"/v1/posts/{made['id']}"
    await desk.client.patch(url, json={"quote_of": None}, headers={"If-Match": '"1"'})
    versions = (await desk.client.get(f"{url}/versions")).json()["data"]
    before = f"/v1/post-versions/{versions[1]['id']}"

    compared = (await desk.client.get(f"{before}/comparison")).json()["differences"]
    restored = await desk.client.post(f"{before}/restore", headers={"If-Match": '"2"'})

    assert [(each["pointer"], each["before"], each["after"]) for each in compared] == [
        ("/quote_of", THEIRS, None)
    ]
    assert (restored.status_code, restored.json()["quote_of"]) == (200, THEIRS)


async def test_what_the_network_quotes_costs_no_text_and_what_it_cannot_does(desk: Desk) -> None:
    asked = {"text": "Lisez.", "variants": [{"accountId": desk.account}]}

    ours, theirs = (
        await judge(desk, text="Lisez.", quote_of=OURS),
        await judge(desk, text="Lisez.", quote_of=THEIRS),
    )
    graph = await ask(desk.tenant, VALIDATE, input={**asked, "quoteOf": THEIRS})

    assert (ours["quote_of"], ours["lengths"][0]["length"]) == (OURS, len("Lisez."))
    written = len("Lisez.") + 2 + len(THEIRS)
    assert (theirs["quote_of"], theirs["lengths"][0]["length"]) == (THEIRS, written)
    (target,) = graph["validatePost"]["targets"]
    assert target == {"quoteOf": THEIRS, "lengths": [{"length": written}], "misfits": []}


@pytest.mark.parametrize("address", ["no address", "ftp://village.example/7", "https://"])
async def test_what_is_no_address_is_refused_and_nothing_is_kept(desk: Desk, address: str) -> None:
    body = {"calendar_id": desk.calendar, "title": "Vigne", "quote_of": address}

    answer = await desk.client.post("/v1/posts", json=body)

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/quote_of"]
    assert (await desk.client.get("/v1/posts")).json()["data"] == []
