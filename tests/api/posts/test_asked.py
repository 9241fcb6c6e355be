"""What a change of a post asks the database: nothing twice, and no row by itself."""

import re
from typing import Any

from domain.kernel.database import Database
from domain.kernel.ids import read, show
from tests.api.graph.counting import statements
from tests.desk import Desk
from tests.world import make_account

WHAT = re.compile(r"(INSERT INTO|UPDATE|FROM) (\w+)")
LATER = "2027-01-15T09:00:00"


async def asked(
    desk: Desk, method: str, path: str, body: dict[str, Any] | None, **headers: str
) -> list[str]:
    """The statements of one request, each by its first verb and table; the log's is left out."""
    with statements(but=("set_config", "parvis_bearer", "BEGIN;", "COMMIT;", "WITH sent")) as seen:
        answer = await desk.client.request(
            method, path, json=body, headers={"If-Match": "*", **headers}
        )
    assert answer.status_code < 300, answer.text
    found = [re.search(WHAT, text) for text in seen]
    return sorted(f"{each[1]} {each[2]}" for each in found if each)


async def targets(desk: Desk, database: Database) -> list[dict[str, Any]]:
    """Two accounts that say a post."""
    community = read("com", desk.community)
    other = await make_account(database, desk.tenant.workspace_id, community, handle="other")
    return [{"account_id": desk.account}, {"account_id": show("acct", other), "parts": ["Deux"]}]


async def test_new_post_asks_for_what_it_names_and_writes_each_table_once(
    desk: Desk, database: Database
) -> None:
    body: dict[str, Any] = {"calendar_id": desk.calendar, "title": "Vigne", "text": "On taille."}
    body["variants"] = await targets(desk, database)

    found = await asked(desk, "POST", "/v1/posts", body)
    kept = await asked(desk, "POST", "/v1/posts", body, **{"Idempotency-Key": "vigne"})

    assert kept == sorted([*found, "FROM kept_answers", "INSERT INTO kept_answers"])
    assert found == [
        "FROM accounts",
        "FROM approval_policies",
        "FROM calendars",
        "FROM deliveries",
        "INSERT INTO post_versions",
        "INSERT INTO posts",
        "INSERT INTO variants",
    ]


async def test_changed_draft_is_read_once_and_written_once(desk: Desk, database: Database) -> None:
    draft = await desk.draft(variants=await targets(desk, database))
    path = f"/v1/posts/{draft['id']}"

    words = await asked(desk, "PATCH", path, {"text": "On vendange."})
    said = [{**each, "parts": ["Autre"]} for each in await targets_of(desk, path)]
    parts = await asked(desk, "PATCH", path, {"variants": said})

    assert words == [
        "FROM adaptations",
        "FROM approval_policies",
        "FROM deliveries",
        "FROM deliveries",
        "FROM posts",
        "FROM variants",
        "INSERT INTO post_versions",
        "UPDATE posts",
    ]
    assert parts == sorted([*words, "FROM accounts", "UPDATE variants"])


async def targets_of(desk: Desk, path: str) -> list[dict[str, Any]]:
    found = (await desk.client.get(path)).json()["variants"]
    return [{"account_id": each["account_id"]} for each in found]


async def test_scheduled_post_is_planned_for_all_its_accounts_at_once(
    desk: Desk, database: Database
) -> None:
    draft = await desk.draft(variants=await targets(desk, database), wall_time=LATER)

    found = await asked(desk, "POST", f"/v1/posts/{draft['id']}/schedule", {})

    assert found == [
        "FROM accounts",
        "FROM accounts",
        "FROM adaptations",
        "FROM approval_policies",
        "FROM approval_policies",
        "FROM deliveries",
        "FROM deliveries",
        "FROM posts",
        "FROM variants",
        "INSERT INTO deliveries",
        "UPDATE posts",
    ]


async def test_cancelled_plan_is_read_once(desk: Desk, database: Database) -> None:
    draft = await desk.draft(variants=await targets(desk, database), wall_time=LATER)
    await desk.post(f"/v1/posts/{draft['id']}/schedule", 200)

    found = await asked(desk, "DELETE", f"/v1/posts/{draft['id']}", None)

    assert found == [
        "FROM deliveries",
        "FROM posts",
        "FROM queue_places",
        "UPDATE deliveries",
        "UPDATE posts",
    ]
