"""What people see of an account's rate budgets, as workers count them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from arq.connections import ArqRedis

from api.main import create_app
from domain.accounts.budgeting import Purpose
from domain.connector.errors import RateLimited
from domain.connector.http import Call, Reply
from domain.connector.manifest import Manifest
from domain.kernel.database import Database
from domain.kernel.ids import read, show
from domain.kernel.settings import Settings
from domain.networks.mastodon.manifest import MANIFEST as MASTODON
from domain.networks.sandbox.manifest import MANIFEST
from tests.api.graph.asking import ask, refusal
from tests.desk import Desk
from tests.world import Tenant, client_for, make_account, opened
from workers.budget import Budgets, for_account

BUDGETS = """
query ($id: ID!) {
  accountBudgets(id: $id) {
    accountId network publishingResumesAt readingResumesAt measuringResumesAt
    budgets { name saidBy limit left windowS resetsAt }
  }
}
"""
UNTOLD: Mapping[str, str] = {}
POST, GET = Call("POST", "http://sandbox.test/", json={}), Call("GET", "http://sandbox.test/")


async def send(
    redis: ArqRedis,
    account: str,
    call: Call,
    manifest: Manifest = MANIFEST,
    told: Mapping[str, str] = UNTOLD,
    at: datetime | None = None,
) -> None:
    """A worker's call of the account, and what the network says to it."""
    moment = at or datetime.now(UTC)

    async def network(call: Call) -> Reply:
        return Reply(200, told, b"", call.url)

    account_id = read("acct", account)
    budgets = Budgets(redis, lambda: moment)
    await for_account(network, budgets, manifest, account_id, Purpose.PUBLISH)(call)


async def shown(desk: Desk) -> dict[str, Any]:
    answer = await desk.client.get(f"/v1/accounts/{desk.account}/budgets")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_fresh_account_has_all_that_its_manifest_lists(desk: Desk) -> None:
    found = await shown(desk)

    [budget] = found.pop("budgets")
    resets_at = datetime.fromisoformat(budget.pop("resets_at"))
    assert budget == {
        "name": "all",
        "said_by": "manifest",
        "limit": 60_000,
        "left": 60_000,
        "window_s": 300,
    }
    assert 0 < (resets_at - datetime.now(UTC)).total_seconds() <= 300
    assert found == {
        "account_id": desk.account,
        "network": "sandbox",
        "publishing_resumes_at": None,
        "reading_resumes_at": None,
        "measuring_resumes_at": None,
    }


async def test_what_was_sent_and_what_the_network_told_is_seen_alike_by_both_faces(
    desk: Desk, redis: ArqRedis
) -> None:
    told = {"ratelimit-limit": "10", "ratelimit-remaining": "0", "ratelimit-reset": "120"}
    await send(redis, desk.account, GET)
    await send(redis, desk.account, POST, told=told)

    found = await shown(desk)
    graph = (await ask(desk.tenant, BUDGETS, id=desk.account))["accountBudgets"]

    listed, network = found["budgets"]
    assert (listed["name"], listed["left"]) == ("all", 59_998)
    assert (network["name"], network["said_by"], network["window_s"]) == ("all", "network", None)
    assert (network["limit"], network["left"]) == (10, 0)
    assert {network["resets_at"], found["publishing_resumes_at"]} == {found["reading_resumes_at"]}
    assert [(each["name"], each["saidBy"], each["left"]) for each in graph["budgets"]] == [
        ("all", "MANIFEST", 59_998),
        ("all", "NETWORK", 0),
    ]
    assert graph["publishingResumesAt"] == found["publishing_resumes_at"]


async def test_what_a_network_tells_of_writing_alone_holds_no_reading(
    desk: Desk, database: Database, redis: ArqRedis
) -> None:
    community_id, house = read("com", desk.community), desk.tenant.workspace_id
    made = await make_account(database, house, community_id, network="mastodon")
    account = show("acct", made)
    told = {"x-ratelimit-limit": "300", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "90"}
    await send(redis, account, POST, MASTODON, told)

    found = (await desk.client.get(f"/v1/accounts/{account}/budgets")).json()

    assert [(each["name"], each["said_by"], each["left"]) for each in found["budgets"]] == [
        ("all", "manifest", 299),
        ("media", "manifest", 30),
        ("delete", "manifest", 30),
        ("write", "manifest", 299),
        ("write", "network", 0),
    ]
    assert found["publishing_resumes_at"] == found["budgets"][-1]["resets_at"]
    assert found["reading_resumes_at"] is None


@pytest.mark.parametrize("ago_s", [0, 5])
async def test_readings_wait_ten_seconds_more_for_what_waited_to_be_published(
    desk: Desk, redis: ArqRedis, ago_s: int
) -> None:
    """Once the budget was whole, nothing held them, it said; and yet they were refused."""
    sent_at = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=ago_s)
    told = {"ratelimit-limit": "10", "ratelimit-remaining": "0", "ratelimit-reset": "4"}
    await send(redis, desk.account, GET, told=told, at=sent_at)
    with pytest.raises(RateLimited):
        await send(redis, desk.account, POST, at=sent_at)

    found = await shown(desk)

    later = sent_at + timedelta(seconds=14)
    resumes = [found[f"{what}_resumes_at"] for what in ("reading", "measuring")]
    assert [datetime.fromisoformat(each) for each in resumes] == [later, later]
    assert (found["publishing_resumes_at"] is None) == (ago_s == 5)


async def test_measuring_waits_before_reading_does(desk: Desk, redis: ArqRedis) -> None:
    told = {"ratelimit-limit": "10", "ratelimit-remaining": "3", "ratelimit-reset": "120"}
    await send(redis, desk.account, GET, told=told)

    found = await shown(desk)

    read_budget = found["budgets"][1]
    assert found["measuring_resumes_at"] == read_budget["resets_at"]
    assert (found["reading_resumes_at"], found["publishing_resumes_at"]) == (None, None)


async def test_an_account_of_a_network_that_is_no_longer_known_has_none(
    desk: Desk, database: Database
) -> None:
    community_id, house = read("com", desk.community), desk.tenant.workspace_id
    account_id = await make_account(database, house, community_id, network="gone")

    answer = await desk.client.get(f"/v1/accounts/{show('acct', account_id)}/budgets")

    assert (answer.status_code, answer.json()["budgets"]) == (200, [])


async def test_another_house_sees_no_budgets(desk: Desk, foreigner: Tenant) -> None:
    answer = await foreigner.client.get(f"/v1/accounts/{desk.account}/budgets")
    graph = await refusal(foreigner, BUDGETS, id=desk.account)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert graph == (200, "not_found")


async def test_while_valkey_is_away_nobody_can_tell(desk: Desk, settings: Settings) -> None:
    gone = type(settings.redis_url)(settings.redis_url.get_secret_value() + ".gone")
    lonely = create_app(settings.model_copy(update={"redis_url": gone}))
    async with opened(lonely) as app, client_for(app, desk.tenant.token) as client:
        answer = await client.get(f"/v1/accounts/{desk.account}/budgets")
        account = await client.get(f"/v1/accounts/{desk.account}")

    assert (answer.status_code, answer.json()["code"]) == (503, "dependency.away")
    assert answer.headers["retry-after"] == "1"
    assert account.status_code == 200
