"""/v1/posts as a client sees it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import text

from domain.kernel.database import Database
from domain.kernel.ids import new_id, read, show
from tests.api.graph.asking import ask
from tests.desk import Desk
from tests.world import Tenant, make_account

TOMORROW = (datetime.now(UTC) + timedelta(days=1)).replace(tzinfo=None, microsecond=0)


async def set_delivery(database: Database, desk: Desk, post: str, state: str) -> None:
    async with database.transaction(desk.tenant.workspace_id) as session:
        await session.exec(  # type: ignore[call-overload]  # SQLModel types no text()
            text("UPDATE deliveries SET state = :state WHERE post_id = :post"),
            params={"state": state, "post": read("post", post)},
        )
        await session.exec(  # type: ignore[call-overload]  # SQLModel types no text()
            text("UPDATE posts SET state = :state WHERE id = :post"),
            params={
                "state": {"done": "published", "going": "going_out"}.get(state, state),
                "post": read("post", post),
            },
        )


async def test_draft_carries_what_each_account_says(desk: Desk) -> None:
    draft = await desk.draft(
        variants=[{"account_id": desk.account, "parts": ["Un", "Deux"], "visibility": "unlisted"}]
    )

    assert draft["state"] == "draft"
    assert draft["deliveries"] == []
    assert draft["time_zone"] == "Europe/Zurich"
    assert draft["variants"][0]["parts"] == ["Un", "Deux"]
    assert draft["variants"][0]["visibility"] == "unlisted"


async def test_schedule_plans_one_delivery_at_the_moment_of_the_wall_time(desk: Desk) -> None:
    draft = await desk.draft(wall_time="2027-01-15T09:00:00")
    planned = await desk.post(f"/v1/posts/{draft['id']}/schedule", 200)

    assert planned["state"] == "scheduled"
    assert planned["publish_at"] == "2027-01-15T08:00:00Z"
    [delivery] = planned["deliveries"]
    assert (delivery["state"], delivery["due_at"]) == ("waiting", "2027-01-15T08:00:00Z")


async def test_moved_post_moves_its_delivery(desk: Desk) -> None:
    draft = await desk.draft(wall_time="2027-01-15T09:00:00")
    await desk.post(f"/v1/posts/{draft['id']}/schedule", 200)
    moved = await desk.client.patch(
        f"/v1/posts/{draft['id']}",
        json={"wall_time": "2027-07-15T09:00:00"},
        headers={"If-Match": "*"},
    )

    assert moved.status_code == 200
    assert moved.json()["publish_at"] == "2027-07-15T07:00:00Z"
    assert [d["due_at"] for d in moved.json()["deliveries"]] == ["2027-07-15T07:00:00Z"]


async def changed(desk: Desk, post: str, **body: Any) -> dict[str, Any]:
    answer = await desk.client.patch(f"/v1/posts/{post}", json=body, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def standing(post: dict[str, Any]) -> dict[str, list[str]]:
    """The states of its deliveries, by account, in the order they were made."""
    found: dict[str, list[str]] = {}
    for each in post["deliveries"]:
        found.setdefault(each["account_id"], []).append(each["state"])
    return found


async def another_account(desk: Desk, database: Database) -> str:
    community = read("com", desk.community)
    return show("acct", await make_account(database, desk.tenant.workspace_id, community))


async def test_what_was_called_off_of_a_post_stays_off_when_the_post_changes(
    desk: Desk, database: Database
) -> None:
    first, off = desk.account, await another_account(desk, database)
    both = [{"account_id": each} for each in (first, off)]
    draft = await desk.draft(wall_time="2027-01-15T09:00:00", variants=both)
    planned = await desk.post(f"/v1/posts/{draft['id']}/schedule", 200)
    [id_] = [each["id"] for each in planned["deliveries"] if each["account_id"] == off]
    await desk.post(f"/v1/deliveries/{id_}/cancel", 200)

    changes: list[dict[str, Any]] = [
        {"text": "On taille la vigne."},
        {"labels": ["vigne"]},
        {"wall_time": "2027-02-15T09:00:00"},
        {"variants": [{**both[0], "visibility": "unlisted"}, both[1]]},
    ]
    kept = [standing(await changed(desk, draft["id"], **each)) for each in changes]
    await changed(desk, draft["id"], variants=both[:1])
    named_again = await changed(desk, draft["id"], variants=both)

    assert kept == [{first: ["waiting"], off: ["cancelled"]}] * 4
    assert standing(named_again) == {first: ["waiting"], off: ["cancelled", "waiting"]}


async def test_a_post_that_is_scheduled_again_goes_out_by_what_was_called_off_too(
    desk: Desk, database: Database
) -> None:
    off = await another_account(desk, database)
    both = [{"account_id": each} for each in (desk.account, off)]
    draft = await desk.draft(wall_time="2027-01-15T09:00:00", variants=both)
    planned = await desk.post(f"/v1/posts/{draft['id']}/schedule", 200)
    [id_] = [each["id"] for each in planned["deliveries"] if each["account_id"] == off]
    await desk.post(f"/v1/deliveries/{id_}/cancel", 200)

    again = await desk.post(f"/v1/posts/{draft['id']}/schedule", 200)

    assert standing(again) == {desk.account: ["waiting"], off: ["cancelled", "waiting"]}


async def test_a_scheduled_post_keeps_an_account_that_it_waits_for(
    desk: Desk, database: Database
) -> None:
    off = await another_account(desk, database)
    both = [{"account_id": each} for each in (desk.account, off)]
    draft = await desk.draft(wall_time="2027-01-15T09:00:00", variants=both)
    planned = await desk.post(f"/v1/posts/{draft['id']}/schedule", 200)
    [id_] = [each["id"] for each in planned["deliveries"] if each["account_id"] == off]
    await desk.post(f"/v1/deliveries/{id_}/cancel", 200)
    before = (await desk.client.get(f"/v1/posts/{draft['id']}")).json()

    refused = await desk.client.patch(
        f"/v1/posts/{draft['id']}", json={"variants": both[1:]}, headers={"If-Match": "*"}
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "state.not_allowed")
    assert (await desk.client.get(f"/v1/posts/{draft['id']}")).json() == before


async def test_what_failed_is_not_sent_again_because_its_post_changes(
    desk: Desk, database: Database
) -> None:
    failed, held = desk.account, await another_account(desk, database)
    both = [{"account_id": each} for each in (failed, held)]
    draft = await desk.draft(wall_time="2027-01-15T09:00:00", variants=both)
    await desk.post(f"/v1/posts/{draft['id']}/schedule", 200)
    async with database.transaction(desk.tenant.workspace_id) as session:
        for statement in (
            "UPDATE deliveries SET state = 'failed', act_at = NULL WHERE account_id = :id",
            "UPDATE posts SET publish_at = now() - interval '1 hour' WHERE id <> :id",
        ):
            await session.exec(  # type: ignore[call-overload]  # SQLModel types no text()
                text(statement), params={"id": read("acct", failed)}
            )

    kept = await changed(desk, draft["id"], text="On taille la vigne.", labels=["vigne"])
    moved = await changed(desk, draft["id"], wall_time="2027-02-15T09:00:00")

    assert standing(kept) == {failed: ["failed"], held: ["waiting"]}
    assert standing(moved) == {failed: ["cancelled", "waiting"], held: ["waiting"]}


async def test_the_same_accounts_sent_again_change_nothing(desk: Desk) -> None:
    said = {"account_id": desk.account, "parts": ["Un", "Deux"], "visibility": "unlisted"}
    draft = await desk.draft(variants=[said])
    before = (await desk.client.get("/v1/events?limit=100")).json()

    again = await changed(desk, draft["id"], variants=[said])
    other = await changed(desk, draft["id"], variants=[{**said, "parts": ["Un"]}])

    assert again == draft
    events = (await desk.client.get("/v1/events?limit=100")).json()["data"]
    assert [each["kind"] for each in events] == [
        *(each["kind"] for each in before["data"]),
        "post.changed",
    ]
    assert (other["version"], other["variants"][0]["parts"]) == (2, ["Un"])


async def test_schedule_for_the_moment_it_has_already_changes_nothing(desk: Desk) -> None:
    post = await desk.draft()
    path, at = f"/v1/posts/{post['id']}/schedule", {"wall_time": "2027-01-15T09:00:00"}
    first = await desk.client.post(path, json=at)
    before = (await desk.client.get("/v1/events?limit=100")).json()

    again = await desk.client.post(path, json=at)
    left_out = await desk.client.post(path, json={})
    by_graph = await ask(
        desk.tenant,
        "mutation($id: ID!) { schedulePost(input: {id: $id}) "
        "{ ... on SchedulePostSuccess { post { version } } } }",
        id=post["id"],
    )

    for same in (again, left_out):
        assert (same.status_code, same.json()) == (200, first.json())
        assert same.headers["ETag"] == first.headers["ETag"]
    assert by_graph["schedulePost"]["post"]["version"] == first.json()["version"]
    assert (await desk.client.get("/v1/events?limit=100")).json() == before


async def test_post_that_does_not_fit_is_not_scheduled(desk: Desk) -> None:
    draft = await desk.draft(text="x" * 60_000, wall_time=TOMORROW.isoformat())
    answer = await desk.client.post(f"/v1/posts/{draft['id']}/schedule", json={})
    problem = answer.json()

    assert (answer.status_code, problem["code"]) == (422, "post.unfit")
    assert problem["errors"][0]["code"] == "text.too_long"
    assert problem["errors"][0]["pointer"] == "/variants/0/parts/0"
    read_again = (await desk.client.get(f"/v1/posts/{draft['id']}")).json()
    assert (read_again["state"], read_again["deliveries"]) == ("draft", [])


async def test_past_time_missing_time_and_no_target_have_their_own_codes(desk: Desk) -> None:
    past = await desk.client.post(
        "/v1/posts",
        json={"calendar_id": desk.calendar, "title": "x", "wall_time": "2020-01-01T09:00:00"},
    )
    timeless = await desk.draft()
    missing = await desk.client.post(f"/v1/posts/{timeless['id']}/schedule", json={})
    empty = await desk.draft(variants=[], wall_time=TOMORROW.isoformat())
    targetless = await desk.client.post(f"/v1/posts/{empty['id']}/schedule", json={})

    assert (past.status_code, past.json()["code"]) == (422, "time.past")
    assert (missing.status_code, missing.json()["code"]) == (422, "time.missing")
    assert (targetless.status_code, targetless.json()["code"]) == (422, "post.without_target")


async def test_disconnected_account_is_refused_and_nothing_is_planned(
    desk: Desk, database: Database
) -> None:
    account = await make_account(
        database, desk.tenant.workspace_id, read("com", desk.community), state="action_required"
    )
    draft = await desk.draft(variants=[{"account_id": show("acct", account)}])
    answer = await desk.client.post(f"/v1/posts/{draft['id']}/schedule", json={"now": True})

    assert (answer.status_code, answer.json()["code"]) == (409, "account.disconnected")
    assert (await desk.client.get("/v1/deliveries")).json()["data"] == []


async def test_removed_account_is_named_as_such_and_nothing_is_planned(desk: Desk) -> None:
    draft = await desk.draft()
    handle = (await desk.client.get(f"/v1/accounts/{desk.account}")).json()["handle"]
    removed = await desk.client.delete(f"/v1/accounts/{desk.account}")
    answer = await desk.client.post(f"/v1/posts/{draft['id']}/schedule", json={"now": True})

    assert removed.status_code == 204
    assert (answer.status_code, answer.json()["code"]) == (409, "account.removed")
    assert answer.json()["detail"] == f"Removed: {handle}."
    assert (await desk.client.get("/v1/deliveries")).json()["data"] == []


async def test_going_out_refuses_changes_and_published_points_to_withdraw(
    desk: Desk, database: Database
) -> None:
    draft = await desk.draft()
    url = f"/v1/posts/{draft['id']}"
    await desk.post(f"{url}/schedule", 200, now=True)
    await set_delivery(database, desk, draft["id"], "going")
    change = await desk.client.patch(url, json={"text": "Non"}, headers={"If-Match": "*"})
    await set_delivery(database, desk, draft["id"], "done")
    late = await desk.client.patch(url, json={"text": "Non"}, headers={"If-Match": "*"})
    remove = await desk.client.delete(url)
    label = await desk.client.patch(url, json={"labels": ["vigne"]}, headers={"If-Match": "*"})

    assert (change.status_code, change.json()["code"]) == (409, "post.going_out")
    assert (late.status_code, late.json()["code"]) == (409, "post.published")
    assert (remove.status_code, remove.json()["code"]) == (409, "post.published")
    assert "withdraw" in remove.json()["remedy"]
    assert label.status_code == 200
    assert label.json()["text"] == "On taille."


async def test_withdraw_plans_one_outward_act_for_each_public_copy(
    desk: Desk, database: Database
) -> None:
    draft = await desk.draft()
    url = f"/v1/posts/{draft['id']}"
    await desk.post(f"{url}/schedule", 200, now=True)
    await set_delivery(database, desk, draft["id"], "done")
    await desk.post(f"{url}/withdraw", 202)
    again = await desk.post(f"{url}/withdraw", 202)

    assert sorted(d["kind"] for d in again["deliveries"]) == ["publish", "withdraw"]


async def test_withdraw_takes_back_only_the_copies_that_are_named(
    desk: Desk, database: Database
) -> None:
    tenant, community = desk.tenant, read("com", desk.community)
    other = await make_account(database, tenant.workspace_id, community)
    first, second = desk.account, show("acct", other)
    draft = await desk.draft(variants=[{"account_id": each} for each in (first, second)])
    url = f"/v1/posts/{draft['id']}"
    await desk.post(f"{url}/schedule", 200, now=True)
    await set_delivery(database, desk, draft["id"], "done")

    one = await desk.post(f"{url}/withdraw", 202, account_ids=[second])
    stranger = show("acct", new_id())
    none = await desk.client.post(f"{url}/withdraw", json={"account_ids": [stranger]})
    odd = await desk.client.post(f"{url}/withdraw", json={"accounts": [first]})

    assert [d["account_id"] for d in one["deliveries"] if d["kind"] == "withdraw"] == [second]
    asked = (await desk.client.get("/v1/events?kind=post.withdrawal_asked")).json()["data"]
    assert [each["data"] for each in asked] == [{"accounts": [second]}]
    assert (none.status_code, none.json()["code"]) == (404, "not_found")
    assert (odd.status_code, odd.json()["errors"][0]["pointer"]) == (422, "/accounts")
    every = await desk.post(f"{url}/withdraw", 202)
    withdrawn = [d["account_id"] for d in every["deliveries"] if d["kind"] == "withdraw"]
    assert sorted(withdrawn) == sorted([first, second])


async def test_edit_plans_new_words_for_each_public_copy(desk: Desk, database: Database) -> None:
    draft = await desk.draft()
    url = f"/v1/posts/{draft['id']}"
    early = await desk.client.post(f"{url}/edit", json={"parts": ["Non"]})
    await desk.post(f"{url}/schedule", 200, now=True)
    await set_delivery(database, desk, draft["id"], "done")
    content = """{"parts": ["On taille."]}"""
    async with database.transaction(desk.tenant.workspace_id) as session:
        await session.exec(  # type: ignore[call-overload]  # SQLModel types no text()
            text("UPDATE deliveries SET content = :content, refs = :refs, act_at = NULL"),
            params={"content": content, "refs": """[{"remote_id": "1", "url": null}]"""},
        )

    longer = await desk.client.post(f"{url}/edit", json={"parts": ["Un", "Deux"]})
    asked = await desk.post(f"{url}/edit", 202, parts=["On taille encore."])
    again = await desk.client.post(f"{url}/edit", json={"parts": ["Non"]})

    assert (early.status_code, early.json()["code"]) == (409, "state.not_allowed")
    assert (longer.status_code, longer.json()["code"]) == (422, "post.unfit")
    assert [(e["pointer"], e["code"]) for e in longer.json()["errors"]] == [
        ("/parts", "thread.length_differs")
    ]
    assert [d["kind"] for d in asked["deliveries"]] == ["publish", "edit"]
    assert asked["text"] == "On taille."
    assert (again.status_code, again.json()["code"]) == (409, "post.going_out")


async def test_delete_removes_drafts_and_cancels_plans(desk: Desk) -> None:
    draft = await desk.draft()
    planned = await desk.draft(wall_time=TOMORROW.isoformat())
    await desk.post(f"/v1/posts/{planned['id']}/schedule", 200)

    assert (await desk.client.delete(f"/v1/posts/{draft['id']}")).status_code == 204
    assert (await desk.client.delete(f"/v1/posts/{planned['id']}")).status_code == 204
    assert (await desk.client.get(f"/v1/posts/{draft['id']}")).status_code == 404
    cancelled = (await desk.client.get(f"/v1/posts/{planned['id']}")).json()
    assert cancelled["state"] == "cancelled"
    assert [d["state"] for d in cancelled["deliveries"]] == ["cancelled"]


async def test_validate_tells_all_misfits_and_stores_nothing(desk: Desk) -> None:
    found = await desk.post(
        "/v1/posts/validate",
        200,
        text="x" * 60_000,
        variants=[{"account_id": desk.account, "visibility": "direct"}],
    )

    assert found["fits"] is False
    [target] = found["targets"]
    assert "text.too_long" in [misfit["code"] for misfit in target["misfits"]]
    assert target["lengths"][0]["length"] == 60_000
    assert (await desk.client.get("/v1/posts")).json()["data"] == []


@pytest.mark.parametrize(
    ("said", "code", "pointer"),
    [
        ({"text": "a\0"}, "text.unstorable", "/text"),
        ({"poll": {"options": ["a", "b\0"]}}, "text.unstorable", "/poll/options/1"),
        ({"settings": {"nowhere": {}}}, "request.invalid", "/settings/nowhere"),
        ({"settings": {"mastodon": {"a": 1}}}, "request.invalid", "/settings/mastodon/a"),
        (
            {"adaptations": [{"network": "nowhere", "parts": ["a"]}]},
            *("network.unknown", "/adaptations/0/network"),
        ),
    ],
)
async def test_validate_refuses_what_no_draft_could_say(
    desk: Desk, said: dict[str, Any], code: str, pointer: str
) -> None:
    """It fitted, and was refused when it was kept."""
    body = {"text": "a", "variants": [{"account_id": desk.account}], **said}

    judged = await desk.post("/v1/posts/validate", 422, **body)
    kept = await desk.post("/v1/posts", 422, calendar_id=desk.calendar, title="a", **body)

    assert (judged["code"], [each["pointer"] for each in judged["errors"]]) == (code, [pointer])
    assert (kept["code"], kept["errors"]) == (code, judged["errors"])


async def test_lists_filter_and_sort(desk: Desk) -> None:
    late = await desk.draft(title="Late", wall_time="2027-03-01T09:00:00", labels=["a"])
    early = await desk.draft(title="Early", wall_time="2027-02-01T09:00:00", labels=["b"])
    await desk.draft(title="Undated")

    by_time = await desk.client.get("/v1/posts?sort=publish_at")
    labelled = await desk.client.get("/v1/posts?label=a")
    window = await desk.client.get(
        "/v1/posts?since=2027-02-15T00:00:00Z&until=2027-04-01T00:00:00Z"
    )
    mine = await desk.client.get(f"/v1/posts?account_id={desk.account}&limit=2")

    assert [p["id"] for p in by_time.json()["data"]] == [early["id"], late["id"]]
    assert [p["id"] for p in labelled.json()["data"]] == [late["id"]]
    assert [p["id"] for p in window.json()["data"]] == [late["id"]]
    assert len(mine.json()["data"]) == 2
    assert mine.json()["page"]["has_more"] is True


async def test_foreign_ids_are_not_found(desk: Desk, foreigner: Tenant) -> None:
    draft = await desk.draft()
    url = f"/v1/posts/{draft['id']}"
    foreign_calendar = await foreigner.client.post(
        "/v1/posts", json={"calendar_id": desk.calendar, "title": "x"}
    )
    answers = [
        await foreigner.client.get(url),
        await foreigner.client.patch(url, json={"title": "x"}, headers={"If-Match": "*"}),
        await foreigner.client.post(f"{url}/schedule", json={"now": True}),
        await foreigner.client.post(f"{url}/edit", json={"parts": ["x"]}),
        await foreigner.client.post(f"{url}/withdraw"),
        await foreigner.client.delete(url),
        foreign_calendar,
    ]

    assert [answer.status_code for answer in answers] == [404] * 7
    assert (await foreigner.client.get("/v1/posts")).json()["data"] == []


async def test_client_made_id_twice_makes_one_post(desk: Desk) -> None:
    id_ = show("post", new_id())
    first = await desk.draft(id=id_)
    await desk.client.patch(
        f"/v1/posts/{id_}", json={"title": "Changed"}, headers={"If-Match": "*"}
    )
    again = await desk.draft(id=id_)

    assert (first["id"], again["id"]) == (id_, id_)
    assert again["title"] == "Changed"
    assert len((await desk.client.get("/v1/posts")).json()["data"]) == 1


@pytest.mark.parametrize(
    "address",
    [
        "https://www.20min.ch/",
        "https://www.pays-de-vaud.ch/lavaux?saison=été#vendange",
        "https://example.ch?saison=2027",
        "Https://Example.ch",
        "https://café.ch/a(b)",
        "http://192.0.2.1:49152/",
    ],
)
async def test_address_that_is_taken_fits_the_contract(desk: Desk, address: str) -> None:
    schemas = (await desk.client.get("/openapi.json")).json()["components"]["schemas"]
    link, _ = schemas["ValidatePost"]["properties"]["link_url"]["anyOf"]
    quote, _ = schemas["ValidatePost"]["properties"]["quote_of"]["anyOf"]

    body = {"variants": [{"account_id": desk.account}], "link_url": address, "quote_of": address}

    answer = await desk.client.post("/v1/posts/validate", json=body)

    assert answer.status_code == 200
    assert re.search(link["pattern"], address)
    assert re.search(quote["pattern"], address)
