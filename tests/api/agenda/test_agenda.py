"""The agenda of a house that has one thing of every kind in it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.kernel.ids import read as read_id
from domain.kernel.ids import show
from tests.furnished import Furnished, furnish, named
from tests.inboxes import item, make_inbox
from tests.world import Tenant, client_for, make_token

PATH = "/v1/agenda"
WIDE = {"since": "2026-11-01T00:00:00Z", "until": "2027-11-01T00:00:00Z"}
QUERY = """query($kinds: [AgendaKind!]) {
  agenda(since: "2026-11-01T00:00:00Z", until: "2027-11-01T00:00:00Z", kinds: $kinds) {
    nodes { kind code } } }"""


@pytest.fixture
async def furnished(database: Database, tenant: Tenant) -> Furnished:
    return await furnish(database, tenant)


async def read(tenant: Tenant, **query: Any) -> list[dict[str, Any]]:
    answer = await tenant.client.get(PATH, params={**WIDE, **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def plan(tenant: Tenant, furnished: Furnished, at: datetime) -> str:
    draft = {
        "calendar_id": furnished.here[named("cal")],
        "title": "Noël",
        "text": "Joyeux Noël.",
        "wall_time": f"{at:%Y-%m-%dT%H:%M:%S}",
        "time_zone": "UTC",
        "variants": [{"account_id": furnished.here[named("acct")]}],
    }
    made = await tenant.client.post("/v1/posts", json=draft)
    await tenant.client.post(f"/v1/posts/{made.json()['id']}/schedule", json={})
    id_: str = made.json()["id"]
    return id_


async def test_what_waits_for_somebody_stands_in_one_list_by_moment(
    tenant: Tenant, furnished: Furnished
) -> None:
    at = datetime.now(UTC) + timedelta(days=3)
    post = await plan(tenant, furnished, at)

    items = await read(tenant)

    here = furnished.here
    assert [(each["kind"], each["code"], each["acting_party"]) for each in items] == [
        ("delivery_failed", "network.refused", "user"),
        ("outcome_unknown", "network.outcome_unknown", "user"),
        ("content_drift", "truncated", "user"),
        ("update_proposed", None, None),
        ("review_open", None, None),
        ("post_due", None, None),
    ]
    assert [each["at"] for each in items] == sorted(each["at"] for each in items)
    assert (items[0]["delivery_id"], items[0]["title"]) == (
        here[named("dlv", 5)],
        "Le marché de Noël",
    )
    assert (items[2]["delivery_id"], items[2]["message"], items[2]["at"]) == (
        here[named("dlv")],
        "The network shows only the beginning of the text.",
        "2026-11-23T09:01:00Z",
    )
    assert (items[3]["update_id"], items[3]["post_id"]) == (here[named("upd")], here[named("post")])
    assert items[4]["review_id"] == here[named("rev")]
    assert (items[5]["post_id"], items[5]["next_at"]) == (post, items[5]["at"])


async def test_answer_that_failed_names_the_mention_it_answers(
    tenant: Tenant, database: Database
) -> None:
    """Nothing led from its delivery to what was to be answered."""
    inbox = await make_inbox(database, tenant.workspace_id)
    [mention] = (await inbox.take(item(1))).new_ids
    url = f"/v1/mentions/{show('men', mention)}/answers"
    made = (await tenant.client.post(url, json={"text": "Merci !"})).json()
    problem = json.dumps({"code": "network.refused", "message": "No.", "acting_party": "user"})
    await inbox.rows("UPDATE deliveries SET state = 'failed', problem = $1::jsonb", problem)

    [found] = await read(tenant, kind="delivery_failed")

    assert (found["delivery_id"], found["post_id"]) == (made["delivery_id"], None)
    assert found["mention_id"] == show("men", mention)


async def test_an_account_that_cannot_speak_stands_in_the_agenda(
    database: Database, tenant: Tenant, furnished: Furnished
) -> None:
    async with database.transaction(tenant.workspace_id) as session:
        connection = await session.connection()
        await connection.exec_driver_sql(
            "UPDATE accounts SET state = 'action_required', updated_at = now(), problem = "
            '\'{"code": "network.grant_expired", "message": "Sign in again."}\' '
            "WHERE network = 'sandbox'"
        )

    [item] = await read(tenant, kind="account_troubled")

    assert item["account_id"] == furnished.here[named("acct")]
    assert (item["code"], item["message"]) == ("network.grant_expired", "Sign in again.")


async def test_a_version_that_ends_stands_in_the_agenda_and_with_its_account(
    database: Database, tenant: Tenant, furnished: Furnished
) -> None:
    notice = {
        "code": "network.version_ending",
        "message": "Sandbox ends what Parvis speaks to it on 2027-01-20: rest v1.",
        "said": "",
        "acting_party": "operator",
        "sunset_at": "2027-01-20T00:00:00Z",
    }
    async with database.transaction(tenant.workspace_id) as session:
        connection = await session.connection()
        await connection.exec_driver_sql(
            "UPDATE accounts SET version_noticed_at = '2026-11-23T10:00:00Z', version_notice = $1 "
            "WHERE network = 'sandbox'",
            (json.dumps(notice),),
        )
    account = furnished.here[named("acct")]
    query = "query($id: ID!) { account(id: $id) { state versionNotice { code sunsetAt } } }"

    [item] = await read(tenant, kind="version_ends")
    shown = (await tenant.client.get(f"/v1/accounts/{account}")).json()
    asked = {"query": query, "variables": {"id": account}}
    graph = (await tenant.client.post("/graphql", json=asked)).json()["data"]["account"]

    assert (item["account_id"], item["at"]) == (account, "2026-11-23T10:00:00Z")
    assert (item["code"], item["acting_party"]) == ("network.version_ending", "operator")
    assert item["remedy"] == (
        "Speak another version (NETWORK_VERSIONS) or update Parvis, then check the account, "
        "and retry what failed."
    )
    assert (shown["state"], shown["version_notice"]) == (
        "connected",
        {**notice, "type": "/problems#network.version_ending"},
    )
    assert graph == {
        "state": "CONNECTED",
        "versionNotice": {"code": notice["code"], "sunsetAt": notice["sunset_at"]},
    }


async def test_a_source_that_a_person_must_look_after_stands_in_the_agenda(
    database: Database, tenant: Tenant, furnished: Furnished
) -> None:
    before = await read(tenant, kind="source_troubled")
    async with database.transaction(tenant.workspace_id) as session:
        connection = await session.connection()
        await connection.exec_driver_sql(
            "UPDATE watched_pages SET troubled_at = '2026-11-23T10:00:00Z', problem = "
            '\'{"code": "network.missing", "message": "The document is gone.", '
            '"said": "410", "acting_party": "user", "since": "2026-11-23T10:00:00Z"}\''
        )

    [item] = await read(tenant, kind="source_troubled")

    assert before == []
    assert (item["source_id"], item["post_id"]) == (
        furnished.here[named("src")],
        furnished.here[named("post")],
    )
    assert (item["code"], item["acting_party"], item["at"]) == (
        "network.missing",
        "user",
        "2026-11-23T10:00:00Z",
    )
    assert item["remedy"] == "Name the page that took its place, and remove this source."


KEPT = (
    """
UPDATE watched_pages SET troubled_at = $1, moved_at = $1, moved_to = 'elsewhere',
       problem = '{"code": "network.missing", "message": "The document is gone."}'""",
    """
INSERT INTO upkeeps (workspace_id, id, version, created_at, updated_at, community_id, time_zone,
                     valid_until_at, next_check_at, stale_for)
SELECT p.workspace_id, p.id, 1, $1, $1, p.community_id, p.time_zone, $1, $1, '{}'
  FROM posts p JOIN sources s ON s.workspace_id = p.workspace_id AND s.post_id = p.id""",
)


@pytest.mark.parametrize("kind", ["source_troubled", "source_moved", "validity_ends", "check_due"])
@pytest.mark.parametrize(("state", "stands"), [("failed", 1), ("withdrawn", 0), ("cancelled", 0)])
@pytest.mark.usefixtures("furnished")
async def test_what_keeps_a_post_right_leaves_the_agenda_with_it(
    database: Database, tenant: Tenant, *, kind: str, state: str, stands: int
) -> None:
    """Somebody was asked for another page, for a post that nobody sees any more."""
    async with database.transaction(tenant.workspace_id) as session:
        connection = await session.connection()
        for statement in KEPT:
            await connection.exec_driver_sql(statement, (datetime(2026, 11, 23, tzinfo=UTC),))
        await connection.exec_driver_sql("UPDATE posts SET state = $1", (state,))

    assert len(await read(tenant, kind=kind)) == stands


async def test_a_source_that_moved_for_good_stands_there_with_its_new_address(
    database: Database, tenant: Tenant, furnished: Furnished
) -> None:
    before = await read(tenant, kind="source_moved")
    async with database.transaction(tenant.workspace_id) as session:
        connection = await session.connection()
        await connection.exec_driver_sql(
            "UPDATE watched_pages SET moved_at = '2026-11-23T10:00:00Z', "
            "moved_to = 'https://example.org/prix'"
        )

    [item] = await read(tenant, kind="source_moved")

    assert before == []
    assert (item["source_id"], item["post_id"]) == (
        furnished.here[named("src")],
        furnished.here[named("post")],
    )
    assert item["message"] == "The page moved for good, to https://example.org/prix"
    assert (item["acting_party"], item["code"], item["next_at"]) == ("user", None, None)
    assert item["remedy"].startswith("Accept the new address")


async def test_the_agenda_goes_on_page_by_page(tenant: Tenant, furnished: Furnished) -> None:
    whole = await read(tenant)
    shown: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await tenant.client.get(PATH, params={**WIDE, "limit": 1, **cursor})
        shown += answer.json()["data"]
        if not answer.json()["page"]["has_more"]:
            break
        cursor = {"cursor": answer.json()["page"]["next_cursor"]}

    assert furnished.here
    assert shown == whole


async def test_two_kinds_of_one_post_at_one_moment_are_parted_by_a_page(
    tenant: Tenant, furnished: Furnished
) -> None:
    post, at = furnished.here[named("post")], "2026-12-24T12:00:00"
    dates = {"valid_until": at, "next_check": at}
    path, first = f"/v1/posts/{post}/upkeep", {"If-Match": '"1"'}
    set_ = await tenant.client.patch(path, json=dates, headers=first)
    assert set_.status_code == 200, set_.text

    shown, query = list[str](), dict[str, Any](kind=["validity_ends", "check_due"], limit=1)
    for _ in range(2):
        page = (await tenant.client.get(PATH, params={**WIDE, **query})).json()
        shown += [each["kind"] for each in page["data"]]
        query["cursor"] = page["page"]["next_cursor"]

    assert shown == ["check_due", "validity_ends"]


async def test_what_was_held_and_is_planned_anew_stands_there_as_a_post_that_is_due(
    database: Database, tenant: Tenant, furnished: Furnished
) -> None:
    post = await plan(tenant, furnished, datetime.now(UTC) + timedelta(days=3))
    problem = {"code": "publishing.paused", "message": "It is paused.", "acting_party": "user"}
    async with database.transaction(tenant.workspace_id) as session:
        connection = await session.connection()
        await connection.exec_driver_sql(
            "UPDATE deliveries SET problem = $2 WHERE post_id = $1 AND state = 'waiting'",
            (read_id("post", post), json.dumps(problem)),
        )
    held = await read(tenant, kind="delivery_held")

    await tenant.client.post(f"/v1/posts/{post}/schedule", json={})

    assert [(each["post_id"], each["code"]) for each in held] == [(post, "publishing.paused")]
    assert await read(tenant, kind="delivery_held") == []
    assert [each["post_id"] for each in await read(tenant, kind="post_due")] == [post]


async def test_a_review_of_what_a_post_no_longer_says_asks_nobody(
    tenant: Tenant, furnished: Furnished
) -> None:
    [item] = await read(tenant, kind="review_open")
    path = f"/v1/posts/{item['post_id']}"
    await tenant.client.patch(path, json={"text": "Autre chose."}, headers={"If-Match": "*"})

    changed = await read(tenant, kind="review_open")
    again = await tenant.client.post(f"{path}/reviews", json={"language": "fr"})

    assert item["review_id"] == furnished.here[named("rev")]
    assert changed == []
    assert [each["review_id"] for each in await read(tenant, kind="review_open")] == [
        again.json()["id"]
    ]


async def test_kinds_communities_and_moments_narrow_it(
    tenant: Tenant, furnished: Furnished
) -> None:
    other = await tenant.client.post(
        "/v1/communities", json={"name": "Jura", "slug": "jura", "time_zone": "Europe/Zurich"}
    )

    failed = await read(tenant, kind="delivery_failed")
    both = await read(tenant, kind=["delivery_failed", "review_open"])
    here = await read(tenant, community_id=furnished.here[named("com")])
    there = await read(tenant, community_id=other.json()["id"])
    early = await read(tenant, until="2026-11-02T00:00:00Z")

    assert [each["kind"] for each in failed] == ["delivery_failed"]
    assert [each["kind"] for each in both] == ["delivery_failed", "review_open"]
    assert len(here) == 5
    assert there == early == []


async def test_a_window_has_an_end_after_its_start(tenant: Tenant) -> None:
    query = {"since": WIDE["until"], "until": WIDE["since"]}

    answer = await tenant.client.get(PATH, params=query)

    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert [each["code"] for each in answer.json()["errors"]] == ["window.invalid"]


@pytest.mark.parametrize("scope", [Scope.POSTS_READ, Scope.ACCOUNTS_READ])
async def test_the_agenda_needs_both_scopes(
    app: FastAPI, database: Database, tenant: Tenant, scope: Scope
) -> None:
    token = await make_token(database, tenant.workspace_id, [scope])
    async with client_for(app, token) as client:
        answer = await client.get(PATH)

    assert (answer.status_code, answer.json()["code"]) == (403, "scope.missing")


async def test_the_graph_has_the_same_agenda(tenant: Tenant, furnished: Furnished) -> None:
    body = {"query": QUERY, "variables": {"kinds": ["DELIVERY_FAILED"]}}

    answer = await tenant.client.post("/graphql", json=body)

    assert furnished.here
    assert answer.json()["data"]["agenda"]["nodes"] == [
        {"kind": "DELIVERY_FAILED", "code": "network.refused"}
    ]


@pytest.mark.usefixtures("furnished")
async def test_the_graph_goes_on_from_its_own_cursors(tenant: Tenant) -> None:
    query = """query($after: String) {
      agenda(first: 2, after: $after, since: "2026-11-01T00:00:00Z",
             until: "2027-11-01T00:00:00Z") {
        nodes { kind } pageInfo { hasNextPage endCursor } } }"""
    kinds: list[str] = []
    after, goes_on = None, True

    while goes_on:
        sent = {"query": query, "variables": {"after": after}}
        page = (await tenant.client.post("/graphql", json=sent)).json()["data"]["agenda"]
        kinds += [each["kind"] for each in page["nodes"]]
        after, goes_on = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert [each.lower() for each in kinds] == [each["kind"] for each in await read(tenant)]
    assert len(kinds) > 2
