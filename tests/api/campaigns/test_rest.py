"""Campaigns as a client sees them, and the links of their posts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.ids import read, show
from domain.posts import delivering
from tests.api.graph.asking import post as ask
from tests.desk import Desk
from tests.world import WORKER, make_account

UTM: list[dict[str, Any]] = [
    {"network": None, "source": "{network}", "campaign": "{campaign}"},
    {"network": "bluesky", "source": "bsky", "content": "{post}"},
]
TAGS = "utm_source=sandbox&utm_campaign=vendanges-2026"
LINK = "https://example.ch/vin?id=3"


async def campaign(desk: Desk, **changes: Any) -> dict[str, Any]:
    body = {"community_id": desk.community, "name": "Vendanges 2026", "utm": UTM, **changes}
    return await desk.post("/v1/campaigns", 201, **body)


async def change(desk: Desk, id_: str, status: int, **body: Any) -> dict[str, Any]:
    answer = await desk.client.patch(f"/v1/campaigns/{id_}", json=body, headers={"If-Match": "*"})
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def listed(desk: Desk, path: str, **query: Any) -> list[str]:
    answer = await desk.client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["data"]]


async def other_community(desk: Desk) -> str:
    made = await desk.post("/v1/communities", 201, name="Jura", slug="jura", time_zone="UTC")
    id_: str = made["id"]
    return id_


async def test_campaign_has_an_objective_days_and_a_template_for_each_network(desk: Desk) -> None:
    made = await campaign(
        desk, objective="200 inscriptions", starts_on="2026-09-01", ends_on="2026-10-15"
    )

    nothing = dict.fromkeys(("network", "source", "medium", "campaign", "term", "content"))
    assert made["utm"] == [{**nothing, **each} for each in UTM]
    assert (made["starts_on"], made["ends_on"]) == ("2026-09-01", "2026-10-15")
    assert (made["objective"], made["labels"], made["archived_at"]) == (
        "200 inscriptions",
        [],
        None,
    )
    assert (await desk.client.get(f"/v1/campaigns/{made['id']}")).json() == made


async def test_newest_campaign_is_listed_first_page_by_page(desk: Desk) -> None:
    made = [(await campaign(desk))["id"] for _ in range(3)]

    first = (await desk.client.get("/v1/campaigns?limit=2")).json()
    rest = await listed(desk, "/v1/campaigns", limit=2, cursor=first["page"]["next_cursor"])

    assert [each["id"] for each in first["data"]] + rest == made[::-1]


async def test_filters_hold_each_and_together(desk: Desk) -> None:
    here = (await campaign(desk, labels=["vin"], starts_on="2026-09-01"))["id"]
    old = (await campaign(desk, labels=["vin"], ends_on="2025-12-31"))["id"]
    there = (await campaign(desk, community_id=await other_community(desk)))["id"]
    await change(desk, old, 200, is_archived=True)

    for query, found in (
        ({}, [there, old, here]),
        ({"community_id": desk.community}, [old, here]),
        ({"label": "vin"}, [old, here]),
        ({"runs_on": "2026-09-01"}, [there, here]),
        ({"runs_on": "2025-12-31"}, [there, old]),
        ({"is_archived": "true"}, [old]),
        ({"is_archived": "false", "label": "vin"}, [here]),
    ):
        assert (query, await listed(desk, "/v1/campaigns", **query)) == (query, found)


async def test_change_touches_only_what_is_sent_and_tells_both_values(desk: Desk) -> None:
    made = await campaign(desk, starts_on="2026-09-01")

    changed = await change(desk, made["id"], 200, name="Vendanges", utm=[])

    assert changed == {
        **made,
        "name": "Vendanges",
        "utm": [],
        "version": 2,
        "updated_at": changed["updated_at"],
    }
    [*_, event] = (await desk.client.get("/v1/events")).json()["data"]
    assert event["kind"] == "campaign.changed"
    assert event["data"]["current"] == {"name": "Vendanges", "utm": []}


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        (
            {"starts_on": "2026-09-02", "ends_on": "2026-09-01"},
            "/ends_on",
            "campaign.days_reversed",
        ),
        ({"utm": [{"network": "myspace"}]}, "/utm/0/network", "network.unknown"),
        ({"utm": [{"source": "{author}"}]}, "/utm/0/source", "string_pattern_mismatch"),
        ({"utm": [{"source": "a"}, {"source": "b"}]}, "/utm", "value_error"),
    ],
)
async def test_campaign_that_contradicts_itself_is_refused(
    desk: Desk, body: dict[str, Any], pointer: str, code: str
) -> None:
    made = await campaign(desk)
    sent = {"community_id": desk.community, "name": "Vendanges", **body}

    refused = await desk.post("/v1/campaigns", 422, **sent)
    unchanged = await change(desk, made["id"], 422, **body)

    for problem in (refused, unchanged):
        assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [(pointer, code)]
    assert (await desk.client.get("/v1/campaigns")).json()["data"] == [made]


async def test_what_is_wrong_is_said_in_our_words_alone(desk: Desk) -> None:
    twice = {"community_id": desk.community, "name": "Vendanges", "utm": [{}, {}]}

    problem = await desk.post("/v1/campaigns", 422, **twice)

    assert problem["errors"][0]["message"] == "Each network has one template."


async def test_last_day_sent_alone_is_held_against_the_first(desk: Desk) -> None:
    made = await campaign(desk, starts_on="2026-09-02")

    problem = await change(desk, made["id"], 422, ends_on="2026-09-01")

    assert problem["errors"][0]["code"] == "campaign.days_reversed"


async def test_what_an_archived_campaign_has_stays_its_own_when_it_is_changed(desk: Desk) -> None:
    """Clients that send all that they show were refused."""
    made = await campaign(desk)
    of_it = {"campaign_id": made["id"]}
    draft = await desk.draft(**of_it)
    idea = await desk.post("/v1/ideas", 201, community_id=desk.community, question="?", **of_it)
    await change(desk, made["id"], 200, is_archived=True)

    for path in (f"/v1/posts/{draft['id']}", f"/v1/ideas/{idea['id']}"):
        kept = await desk.client.patch(path, json=of_it, headers={"If-Match": "*"})
        assert (kept.status_code, kept.json()["campaign_id"]) == (200, made["id"])


async def test_campaign_with_posts_is_archived_and_not_removed(desk: Desk) -> None:
    made = await campaign(desk)
    draft = await desk.draft(campaign_id=made["id"])

    refused = await desk.client.delete(f"/v1/campaigns/{made['id']}")
    archived = await change(desk, made["id"], 200, is_archived=True)
    again = await change(desk, made["id"], 200, is_archived=True)
    late = await desk.client.post(
        "/v1/posts",
        json={"calendar_id": desk.calendar, "title": "x", "campaign_id": made["id"]},
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert archived["archived_at"] == again["archived_at"] is not None
    assert (late.status_code, late.json()["errors"][0]["code"]) == (422, "campaign.archived")
    assert await listed(desk, "/v1/posts") == [draft["id"]]
    assert (await change(desk, made["id"], 200, is_archived=False))["archived_at"] is None


async def test_campaign_without_posts_is_removed(desk: Desk) -> None:
    made = await campaign(desk)

    gone = await desk.client.delete(f"/v1/campaigns/{made['id']}")

    assert gone.status_code == 204
    assert await listed(desk, "/v1/campaigns") == []


async def test_posts_belong_to_a_campaign_and_are_found_by_it(desk: Desk) -> None:
    made = await campaign(desk)
    one, other = await desk.draft(campaign_id=made["id"]), await desk.draft()

    moved = await desk.client.patch(
        f"/v1/posts/{other['id']}", json={"campaign_id": made["id"]}, headers={"If-Match": "*"}
    )

    assert (one["campaign_id"], moved.json()["campaign_id"]) == (made["id"], made["id"])
    of_campaign = await listed(desk, "/v1/posts", campaign_id=made["id"])
    assert of_campaign == [other["id"], one["id"]]
    left = await desk.client.patch(
        f"/v1/posts/{one['id']}", json={"campaign_id": None}, headers={"If-Match": "*"}
    )
    assert left.json()["campaign_id"] is None
    assert await listed(desk, "/v1/posts", campaign_id=made["id"]) == [other["id"]]


async def test_campaign_of_another_community_takes_no_post(desk: Desk) -> None:
    foreign = (await campaign(desk, community_id=await other_community(desk)))["id"]
    draft = await desk.draft()

    made = await desk.client.post(
        "/v1/posts", json={"calendar_id": desk.calendar, "title": "x", "campaign_id": foreign}
    )
    moved = await desk.client.patch(
        f"/v1/posts/{draft['id']}", json={"campaign_id": foreign}, headers={"If-Match": "*"}
    )

    for answer in (made, moved):
        [error] = answer.json()["errors"]
        assert (answer.status_code, error["code"]) == (422, "campaign.other_community")
    assert (await desk.client.get(f"/v1/posts/{draft['id']}")).json() == draft


async def test_tagged_links_are_shown_and_counted(desk: Desk) -> None:
    made = await campaign(desk)
    text = f"Lisez {LINK}."
    body = {"text": text, "variants": [{"account_id": desk.account}]}

    plain = await desk.post("/v1/posts/validate", 200, **body)
    tagged = await desk.post("/v1/posts/validate", 200, **body, campaign_id=made["id"])

    def length(verdict: dict[str, Any]) -> int:
        found: int = verdict["targets"][0]["lengths"][0]["length"]
        return found

    assert [target["parts"] for target in plain["targets"] + tagged["targets"]] == [
        [text],
        [f"Lisez {LINK}&{TAGS}."],
    ]
    assert length(plain) == len(text)
    assert length(tagged) == len(text) + len(f"&{TAGS}")


async def test_tags_weigh_nothing_where_every_link_is_counted_alike(
    desk: Desk, database: Database
) -> None:
    made = await campaign(desk)
    community = read("com", desk.community)
    mastodon = await make_account(database, desk.tenant.workspace_id, community, network="mastodon")
    variants = [{"account_id": show("acct", mastodon)}]
    text = f"Lisez {LINK}"

    judged = await desk.post(
        "/v1/posts/validate", 200, text=text, campaign_id=made["id"], variants=variants
    )

    [target] = judged["targets"]
    assert target["parts"] == [f"{text}&{TAGS.replace('sandbox', 'mastodon')}"]
    assert target["lengths"][0]["length"] == len("Lisez ") + 23


async def test_tagged_link_of_a_card_is_shown_and_counted_where_it_is_spelled_out(
    desk: Desk,
) -> None:
    made = await campaign(desk)
    link = "https://example.ch/a"

    judged = await desk.post(
        "/v1/posts/validate",
        200,
        text="Lisez.",
        link_url=link,
        campaign_id=made["id"],
        variants=[{"account_id": desk.account}],
    )

    [target] = judged["targets"]
    assert (target["parts"], target["link_url"]) == (["Lisez."], f"{link}?{TAGS}")
    assert target["lengths"][0]["length"] == len(f"Lisez.\n\n{link}?{TAGS}")


async def test_post_that_fits_without_its_tags_alone_is_not_scheduled(desk: Desk) -> None:
    made = await campaign(desk)
    text = "x" * (500 - len(LINK) - 1) + f" {LINK}"
    fits, too_long = (
        await desk.draft(text=text),
        await desk.draft(text=text, campaign_id=made["id"]),
    )
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).replace(tzinfo=None, microsecond=0)
    when = {"wall_time": tomorrow.isoformat()}

    await desk.post(f"/v1/posts/{fits['id']}/schedule", 200, **when)
    problem = await desk.post(f"/v1/posts/{too_long['id']}/schedule", 422, **when)

    [error] = problem["errors"]
    assert (error["code"], error["pointer"]) == ("text.too_long", "/variants/0/parts/0")


async def test_campaign_is_not_changed_when_a_scheduled_post_would_no_longer_fit(
    desk: Desk,
) -> None:
    made = await campaign(desk, utm=[])
    text = "x" * (500 - len(LINK) - 1) + f" {LINK}"
    waiting = await desk.draft(text=text, campaign_id=made["id"])
    await desk.draft(text=text, title="Brouillon", campaign_id=made["id"])
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).replace(tzinfo=None, microsecond=0)
    planned = {"wall_time": tomorrow.isoformat()}
    await desk.post(f"/v1/posts/{waiting['id']}/schedule", 200, **planned)
    before = await listed(desk, "/v1/events?limit=100")

    refused = await change(desk, made["id"], 422, utm=UTM)
    unlike = await change(desk, made["id"], 200, objective="Plus")
    fitting = await change(desk, made["id"], 200, utm=[{"network": "bluesky", "source": "x"}])

    [error] = refused["errors"]
    assert (refused["code"], error["code"], error["pointer"]) == (
        "post.unfit",
        "text.too_long",
        "/utm",
    )
    assert error["message"].startswith("Vigne: ")
    assert (unlike["version"], fitting["version"]) == (2, 3)
    assert len(await listed(desk, "/v1/events?limit=100")) == len(before) + 2


async def test_each_network_gets_its_own_tags_when_a_post_goes_out(
    desk: Desk, database: Database
) -> None:
    workspace_id = desk.tenant.workspace_id
    bluesky = await make_account(
        database, workspace_id, read("com", desk.community), network="bluesky"
    )
    made = await campaign(desk)
    draft = await desk.draft(
        text=f"Lisez {LINK}.",
        link_url="https://example.ch/vin#carte",
        campaign_id=made["id"],
        variants=[
            {"account_id": desk.account},
            {"account_id": f"acct_{bluesky.hex}", "parts": ["Un.", f"Deux: {LINK}"]},
        ],
    )
    await desk.post(f"/v1/posts/{draft['id']}/schedule", 200, now=True)

    caller, now = worker(workspace_id), datetime.now(UTC)
    async with database.transaction(workspace_id) as session:
        claims = await delivering.claim_due(
            session, [caller.workspace_id], by=WORKER, now=now, lease=timedelta(minutes=1), most=10
        )
        tasks = await delivering.prepare(session, caller, claims, now=now)

    own = f"utm_source=bsky&utm_content={draft['id']}"
    said = {(t.content.parts, t.content.link_url) for t in tasks}
    assert said == {
        ((f"Lisez {LINK}&{TAGS}.",), f"https://example.ch/vin?{TAGS}#carte"),
        (("Un.", f"Deux: {LINK}&{own}"), f"https://example.ch/vin?{own}#carte"),
    }
    kept = (await desk.client.get(f"/v1/posts/{draft['id']}")).json()
    assert kept["text"] == f"Lisez {LINK}."


async def test_graph_plans_campaigns_too(desk: Desk) -> None:
    made = await ask(
        desk.client,
        "mutation($input: CreateCampaignInput!) { createCampaign(input: $input) {"
        " ... on CreateCampaignSuccess { campaign { id utm { network source } } }"
        " ... on Error { code } } }",
        {
            "input": {
                "communityId": desk.community,
                "name": "Vendanges",
                "utm": [{"source": "{network}"}],
            }
        },
    )
    found = made.json()["data"]["createCampaign"]["campaign"]
    draft = await desk.draft(campaign_id=found["id"])

    answer = await ask(
        desk.client,
        "query($id: ID!) { campaign(id: $id) { community { id } posts { nodes {"
        " id campaign { id } } } } }",
        {"id": found["id"]},
    )

    assert found["utm"] == [{"network": None, "source": "{network}"}]
    assert answer.json()["data"]["campaign"] == {
        "community": {"id": desk.community},
        "posts": {"nodes": [{"id": draft["id"], "campaign": {"id": found["id"]}}]},
    }
