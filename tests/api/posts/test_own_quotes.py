"""Own posts and deliveries that are quoted by their ids, on both faces."""

from typing import Any

import pytest
from sqlmodel import col, update

from domain.kernel.database import Database
from domain.kernel.ids import read, show
from domain.posts.tables import Delivery
from tests.api.graph.asking import ask
from tests.api.posts.test_quotes import VALIDATE, judge
from tests.desk import Desk
from tests.world import Tenant, make_account

URL = "http://sandbox.test/posts/018f0000-0000-7000-8000-000000000007"


async def publish(desk: Desk, database: Database, **values: Any) -> tuple[str, str]:
    """A post that is out; its id and its delivery's."""
    made = await desk.draft()
    planned = await desk.post(f"/v1/posts/{made['id']}/schedule", 200, now=True)
    [delivery] = planned["deliveries"]
    out = {"state": "done", "url": URL, "act_at": None, "published_at": col(Delivery.due_at)}
    async with database.transaction(desk.tenant.workspace_id) as session:
        await session.exec(
            update(Delivery)
            .where(col(Delivery.id) == read("dlv", delivery["id"]))
            .values({**out, **values})
        )
    return made["id"], delivery["id"]


async def test_own_post_and_delivery_are_quoted_where_the_network_shows_them(
    desk: Desk, database: Database
) -> None:
    post, delivery = await publish(desk, database)
    asked = {"text": "Lisez.", "variants": [{"accountId": desk.account}], "quoteOf": post}

    by_post, by_delivery = [
        await judge(desk, text="Lisez.", quote_of=own) for own in (post, delivery)
    ]
    graph = await ask(desk.tenant, VALIDATE, input=asked)

    assert (by_post["quote_of"], by_post["lengths"][0]["length"]) == (URL, len("Lisez."))
    assert (by_post["fits"], by_post) == (True, by_delivery)
    [target] = graph["validatePost"]["targets"]
    assert (target["quoteOf"], target["misfits"]) == (URL, [])


@pytest.mark.parametrize("values", [{"state": "withdrawn"}, {"state": "failed"}, {"url": None}])
async def test_what_is_not_public_is_no_quote_and_nothing_is_planned(
    desk: Desk, database: Database, values: dict[str, Any]
) -> None:
    post, _ = await publish(desk, database, **values)
    draft = await desk.draft(quote_of=post)

    judged = await judge(desk, text="Lisez.", quote_of=post)
    refused = await desk.post(f"/v1/posts/{draft['id']}/schedule", 422, now=True)

    assert (draft["quote_of"], judged["fits"]) == (post, False)
    assert [(each["pointer"], each["code"]) for each in judged["misfits"]] == [
        ("/quote_of", "quote.unpublished")
    ]
    assert refused["code"] == "post.unfit"
    assert [(each["pointer"], each["code"]) for each in refused["errors"]] == [
        ("/variants/0/quote_of", "quote.unpublished")
    ]
    shown = (await desk.client.get(f"/v1/posts/{draft['id']}")).json()
    assert (shown["state"], shown["deliveries"]) == ("draft", [])


async def test_copy_on_another_network_is_none_on_this_one(desk: Desk, database: Database) -> None:
    post, delivery = await publish(desk, database)
    house, community = desk.tenant.workspace_id, read("com", desk.community)
    other = show("acct", await make_account(database, house, community, network="mastodon"))
    said = [{"account_id": each} for each in (desk.account, other)]

    answers = [
        await desk.post("/v1/posts/validate", 200, text="Lisez.", variants=said, quote_of=own)
        for own in (post, delivery)
    ]

    for answer in answers:
        here, there = answer["targets"]
        assert (here["fits"], here["quote_of"]) == (True, URL)
        assert [each["code"] for each in there["misfits"]] == ["quote.unpublished"]


@pytest.mark.parametrize(
    "said",
    [
        lambda own, account: {"quote_of": own, "variants": [{"account_id": account}]},
        lambda own, account: {"variants": [{"account_id": account, "quote_of": own}]},
        lambda own, account: {
            "adaptations": [{"locale": "de", "quote_of": own}],
            "variants": [{"account_id": account}],
        },
    ],
)
async def test_what_is_another_houses_is_nowhere(
    desk: Desk, foreigner: Tenant, database: Database, said: Any
) -> None:
    post, delivery = await publish(desk, database)
    theirs = await _desk_of(foreigner, database)

    codes = []
    for own in (post, delivery):
        body = {"text": "Lisez.", **said(own, theirs.account)}
        judged = await theirs.post("/v1/posts/validate", 404, **body)
        made = await theirs.post(
            "/v1/posts", 404, calendar_id=theirs.calendar, title="Vigne", **body
        )
        codes += [judged["code"], made["code"]]

    assert codes == ["not_found"] * 4
    assert (await theirs.client.get("/v1/posts")).json()["data"] == []


async def _desk_of(tenant: Tenant, database: Database) -> Desk:
    community = {"name": "Valais", "slug": "valais", "time_zone": "Europe/Zurich"}
    made = (await tenant.client.post("/v1/communities", json=community)).json()
    calendar = {"community_id": made["id"], "name": "Main"}
    kept = (await tenant.client.post("/v1/calendars", json=calendar)).json()
    account = await make_account(database, tenant.workspace_id, read("com", made["id"]))
    return Desk(tenant, made["id"], kept["id"], show("acct", account))
