"""Accounts that are removed while messages wait for them, as a client sees it."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.shapes import RemoveAccount
from domain.kernel.caller import worker
from domain.kernel.database import Database, driver_of
from domain.kernel.ids import read, show
from domain.posts.command_shapes import SchedulePost
from domain.posts.planning import schedule_post
from domain.posts.removing import remove_account
from tests.api.posts.test_rest import TOMORROW, set_delivery
from tests.conftest import NOW
from tests.desk import Desk
from tests.world import make_account

NEXT_YEAR = TOMORROW.replace(year=TOMORROW.year + 1)


async def planned(desk: Desk, **changes: Any) -> str:
    draft = await desk.draft(wall_time=NEXT_YEAR.isoformat(), **changes)
    await desk.post(f"/v1/posts/{draft['id']}/schedule", 200)
    id_: str = draft["id"]
    return id_


async def remove(desk: Desk, **query: str) -> tuple[int, str | None]:
    answer = await desk.client.delete(f"/v1/accounts/{desk.account}", params=query)
    return answer.status_code, answer.json()["code"] if answer.content else None


async def states(desk: Desk, post: str) -> tuple[str, list[str]]:
    found = (await desk.client.get(f"/v1/posts/{post}")).json()
    return found["state"], [each["state"] for each in found["deliveries"]]


async def agenda(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await desk.client.get("/v1/agenda")).json()["data"]
    return [each for each in found if each["delivery_id"] is not None]


async def test_account_that_messages_wait_for_is_not_removed_unless_said_what_of_them(
    desk: Desk,
) -> None:
    """It was removed without a word, and its posts failed one by one as each fell due."""
    post = await planned(desk)
    before = (await desk.client.get(f"/v1/accounts/{desk.account}")).json()

    answer = await desk.client.delete(f"/v1/accounts/{desk.account}")

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "account.awaited")
    assert problem["detail"].startswith("Messages that wait for it: 1, the last for ")
    assert (await desk.client.get(f"/v1/accounts/{desk.account}")).json() == before
    assert await states(desk, post) == ("scheduled", ["waiting"])


async def test_what_is_under_way_or_in_doubt_waits_for_its_account_too(
    desk: Desk, database: Database
) -> None:
    post = await planned(desk)
    answers = []
    for state in ("going", "unknown"):
        await set_delivery(database, desk, post, state)
        answers.append(await remove(desk))
    await set_delivery(database, desk, post, "done")

    assert answers == [(409, "account.awaited")] * 2
    assert await remove(desk) == (204, None)


async def test_what_is_to_fail_is_in_the_agenda_at_once_and_its_post_is_kept(desk: Desk) -> None:
    post = await planned(desk)

    removed = await remove(desk, waiting="fail")

    assert removed == (204, None)
    assert await states(desk, post) == ("failed", ["failed"])
    [item] = await agenda(desk)
    assert (item["kind"], item["code"], item["post_id"], item["is_retryable"]) == (
        "delivery_failed",
        "account.removed",
        post,
        False,
    )
    assert item["remedy"] == "Connect the account again as a new one."
    events = (await desk.client.get("/v1/events")).json()["data"]
    assert [each["kind"] for each in events][-3:] == [
        "delivery.failed",
        "post.failed",
        "account.removed",
    ]


@pytest.mark.parametrize(("waiting", "state"), [("cancel", "cancelled"), ("fail", "failed")])
async def test_post_that_has_lost_an_account_is_changed_for_the_others(
    desk: Desk, database: Database, waiting: str, state: str
) -> None:
    other = show("acct", await make_account(database, desk.tenant.workspace_id, _com(desk)))
    post = await planned(desk, variants=[{"account_id": desk.account}, {"account_id": other}])
    await remove(desk, waiting=waiting)

    path, head = f"/v1/posts/{post}", {"If-Match": "*"}
    changed = await desk.client.patch(path, json={"text": "On taille la vigne."}, headers=head)
    unfit = await desk.client.patch(path, json={"text": "x" * 60_000}, headers=head)

    assert changed.status_code == 200, changed.text
    assert await states(desk, post) == ("scheduled", [state, "waiting"])
    assert (unfit.status_code, unfit.json()["code"]) == (422, "post.unfit")
    assert unfit.json()["errors"][0]["pointer"] == "/variants/1/parts/0"


async def test_post_of_an_account_that_was_removed_goes_out_on_another(
    desk: Desk, database: Database
) -> None:
    post = await planned(desk)
    await remove(desk, waiting="fail")
    other = show("acct", await make_account(database, desk.tenant.workspace_id, _com(desk)))

    change = {"variants": [{"account_id": other}]}
    await desk.client.patch(f"/v1/posts/{post}", json=change, headers={"If-Match": "*"})
    again = await desk.post(f"/v1/posts/{post}/schedule", 200)

    assert again["state"] == "scheduled"
    found = {each["account_id"]: each["state"] for each in again["deliveries"]}
    assert found == {desk.account: "cancelled", other: "waiting"}
    assert await agenda(desk) == []


async def test_other_accounts_of_a_post_say_it_still(desk: Desk, database: Database) -> None:
    other = show("acct", await make_account(database, desk.tenant.workspace_id, _com(desk)))
    both = [{"account_id": desk.account}, {"account_id": other}]
    post = await planned(desk, variants=both)

    await remove(desk, waiting="fail")

    found = (await desk.client.get(f"/v1/posts/{post}")).json()
    assert found["state"] == "scheduled"
    assert {each["account_id"]: each["state"] for each in found["deliveries"]} == {
        desk.account: "failed",
        other: "waiting",
    }
    assert [each["post_id"] for each in await agenda(desk)] == [post]


async def test_what_is_to_be_cancelled_asks_nobody_anything(desk: Desk) -> None:
    post = await planned(desk)

    removed = await remove(desk, waiting="cancel")

    assert removed == (204, None)
    assert await states(desk, post) == ("cancelled", ["cancelled"])
    assert await agenda(desk) == []


async def test_what_is_on_legal_hold_stays_as_it_is(desk: Desk) -> None:
    post = await planned(desk)
    await desk.post(f"/v1/posts/{post}/hold", 200, reason="Court")

    assert await remove(desk) == (409, "account.awaited")
    assert await remove(desk, waiting="cancel") == (204, None)
    assert await states(desk, post) == ("scheduled", ["waiting"])


# Not of `pg_stat_activity`: a transaction goes on seeing the backends that its first look found.
WAITING_FOR_US = """
SELECT EXISTS (
    SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))
"""


async def until_it_waits(session: AsyncSession, other: asyncio.Task[Any]) -> None:
    """Until another transaction waits for this one, or is over without."""
    raw = await driver_of(session)
    waits = False
    while not (waits or other.done()):
        await asyncio.sleep(0)
        waits = bool(await raw.fetchval(WAITING_FOR_US))


async def test_post_that_is_scheduled_while_its_account_goes_is_refused(
    desk: Desk, database: Database
) -> None:
    """It was taken, and failed when it fell due."""
    draft = await desk.draft(wall_time=NEXT_YEAR.isoformat())
    caller, account = worker(desk.tenant.workspace_id), read("acct", desk.account)

    async with database.transaction(caller.workspace_id) as session:
        gone = RemoveAccount(waiting=None)
        await remove_account(session, caller, account, gone, expected_version=None, now=NOW)
        await session.flush()
        asked = desk.client.post(f"/v1/posts/{draft['id']}/schedule", json={})
        scheduling = asyncio.create_task(asked)
        await until_it_waits(session, scheduling)
    answer = await scheduling

    assert (answer.status_code, answer.json()["code"]) == (409, "account.removed")
    assert await states(desk, draft["id"]) == ("draft", [])


async def test_account_stays_for_what_comes_while_it_is_removed(
    desk: Desk, database: Database
) -> None:
    """Whoever removed it had said what of the messages that waited then, not of this one."""
    draft = await desk.draft(wall_time=NEXT_YEAR.isoformat())
    caller, post = worker(desk.tenant.workspace_id), read("post", draft["id"])

    async with database.transaction(caller.workspace_id) as session:
        plan = SchedulePost()
        await schedule_post(session, caller, post, plan, expected_version=None, now=NOW)
        removing = asyncio.create_task(remove(desk, waiting="fail"))
        await until_it_waits(session, removing)
    removed = await removing

    assert removed == (409, "account.awaited")
    assert await states(desk, draft["id"]) == ("scheduled", ["waiting"])
    assert await remove(desk, waiting="fail") == (204, None)
    assert await states(desk, draft["id"]) == ("failed", ["failed"])


def _com(desk: Desk) -> UUID:
    return read("com", desk.community)
