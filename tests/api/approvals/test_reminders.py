"""Who is asked is reminded, somebody further is asked, edits ask again: all by themselves."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from arq.connections import ArqRedis

from domain.kernel.database import Database
from domain.kernel.ids import new_id
from domain.kernel.settings import Settings
from domain.posts.versions import QUIET
from tests.api.approvals.conftest import Hire
from tests.api.approvals.test_reviews import edit, events, policy, read, schedule, submit
from tests.api.workspaces.conftest import link_to
from tests.browsing import Tab
from tests.desk import Desk
from tests.networks.scripted import ScriptedHttp
from tests.people import letters_to
from tests.workers.world import make_context
from workers.context import Context
from workers.reviews import ask_again_due, remind_due

HOURS = 8
SECOND = timedelta(seconds=1)


@pytest.fixture
def context(settings: Settings, database: Database, redis: ArqRedis) -> Context:
    return make_context(settings, database, redis, ScriptedHttp([]))


Work = Callable[..., Awaitable[int]]


@pytest.fixture
def work(desk: Desk, context: Context) -> Work:
    async def go(at: datetime, *, job: Work = remind_due) -> int:
        return await job(context, desk.tenant.workspace_id, now=at)

    return go


@pytest.fixture
def name() -> str:
    """A mailbox nobody wrote to before."""
    return f"Aline-{new_id().hex}"


def moments(made: dict[str, Any]) -> tuple[datetime, datetime]:
    """A quarter of the time before the end, and the end."""
    due_at = datetime.fromisoformat(made["due_at"])
    return due_at - timedelta(hours=HOURS) / 4, due_at


def steps(*people: str, **more: Any) -> list[dict[str, Any]]:
    return [{"member_ids": list(people), "hours": HOURS, **more}]


async def call_off(desk: Desk, post: dict[str, Any]) -> None:
    path = f"/v1/posts/{post['id']}"
    await desk.client.delete(path, headers={"If-Match": "*"})
    assert (await read(desk, path))["state"] == "cancelled"


async def told(desk: Desk, kind: str) -> list[dict[str, Any]]:
    return [each for each in await events(desk) if each["kind"] == kind]


async def test_who_is_asked_is_reminded_before_the_time_is_over_and_then_once_each(
    desk: Desk, database: Database, hire: Hire, tab: Tab, work: Work, name: str
) -> None:
    aline = await hire(name)
    await policy(desk, steps=steps(aline.id))
    made = await submit(desk, await desk.draft())
    first_link = await link_to(database, aline.email, "reviews")
    soon, due_at = moments(made)

    counts = [
        await work(at)
        for at in (soon - SECOND, soon, soon + SECOND, due_at - SECOND, due_at, due_at + SECOND)
    ]

    assert counts == [0, 1, 0, 0, 1, 0]
    letters = await letters_to(database, aline.email)
    assert sorted(each.subject for each in letters) == [
        "Rappel, à approuver : Vigne",
        "Rappel, à approuver : Vigne",
        "À approuver : Vigne",
    ]
    reminded = await told(desk, "review.reminded")
    assert [(each["actor"], each["data"]["asked"]) for each in reminded] == [
        ("worker", [aline.id])
    ] * 2
    # The first link counts still, and so does the last.
    assert (await tab.open(first_link)).status_code == 200
    assert (await tab.open(await link_to(database, aline.email, "reviews"))).status_code == 200


async def test_two_workers_remind_once(
    desk: Desk, database: Database, hire: Hire, work: Work, name: str
) -> None:
    aline = await hire(name)
    await policy(desk, steps=steps(aline.id))
    soon, _ = moments(await submit(desk, await desk.draft()))

    await asyncio.gather(*(work(soon) for _ in range(4)))

    assert len(await letters_to(database, aline.email)) == 2
    assert len(await told(desk, "review.reminded")) == 1


async def test_worker_that_comes_late_reminds_once(
    desk: Desk, database: Database, hire: Hire, work: Work, name: str
) -> None:
    aline = await hire(name)
    await policy(desk, steps=steps(aline.id))
    _, due_at = moments(await submit(desk, await desk.draft()))

    counts = [await work(due_at + timedelta(days=2)) for _ in range(2)]

    assert counts == [1, 0]
    assert len(await letters_to(database, aline.email)) == 2


async def test_next_step_has_reminders_of_its_own_and_what_is_decided_has_none(
    desk: Desk, database: Database, hire: Hire, work: Work, name: str
) -> None:
    aline, marc = await hire(name), await hire(f"{name}-m")
    await policy(desk, steps=[*steps(aline.id), *steps(marc.id)])
    made = await submit(desk, await desk.draft())
    await work(moments(made)[0])
    halfway = await aline.decide(made["id"], "approve", 200)
    await work(moments(halfway)[0])
    await marc.decide(made["id"], "refuse", 200, words="Non.")

    late = await work(moments(halfway)[1])

    assert late == 0
    assert [len(await letters_to(database, each.email)) for each in (aline, marc)] == [2, 2]


async def test_nobody_is_reminded_of_what_the_post_no_longer_says(
    desk: Desk, database: Database, hire: Hire, work: Work, name: str
) -> None:
    aline = await hire(name)
    await policy(desk, steps=steps(aline.id))
    post = await desk.draft()
    soon, due_at = moments(await submit(desk, post))
    await edit(desk, post, text="On taille encore.")

    counts = [await work(soon), await work(due_at)]

    assert counts == [1, 0]
    assert len(await letters_to(database, aline.email)) == 1


async def test_nobody_is_reminded_of_what_was_called_off(
    desk: Desk, database: Database, hire: Hire, work: Work, name: str
) -> None:
    aline, post = await hire(name), await desk.draft()
    await schedule(desk, post, 200)
    await policy(desk, steps=steps(aline.id))
    soon, due_at = moments(await submit(desk, post))
    await call_off(desk, post)

    counts = [await work(soon), await work(due_at)]

    assert counts == [1, 0]
    assert len(await letters_to(database, aline.email)) == 1
    assert (await read(desk, "/v1/agenda?kind=review_open"))["data"] == []


async def test_somebody_further_is_asked_once_nobody_has_decided_in_time(
    desk: Desk, database: Database, hire: Hire, tab: Tab, work: Work, name: str
) -> None:
    aline, chief = await hire(name), await hire(f"{name}-c")
    await policy(desk, steps=steps(aline.id, escalates_to=chief.id))
    made = await submit(desk, await desk.draft())
    soon, due_at = moments(made)
    await work(soon)
    early = await letters_to(database, chief.email)

    await work(due_at)

    assert early == []
    [letter] = await letters_to(database, chief.email)
    assert letter.subject == "Personne n’a décidé à temps : Vigne"
    [event] = await told(desk, "review.escalated")
    assert (event["actor"], event["data"]["asked"]) == ("worker", [chief.id])
    link = await link_to(database, chief.email, "reviews")
    await tab.open(link)
    await tab.send(link, verdict="approve", words="")
    found = await read(desk, f"/v1/reviews/{made['id']}")
    assert (found["state"], found["member_ids"]) == ("approved", [aline.id, chief.id])


async def test_nobody_who_may_not_approve_is_named_to_be_asked_later(
    desk: Desk, hire: Hire
) -> None:
    aline, luc = await hire("Aline"), await hire("Luc", "editor")
    body = {"community_id": desk.community, "name": "Droit"}

    refused = await desk.post(
        "/v1/approval-policies", 422, **body, steps=steps(aline.id, escalates_to=luc.id)
    )

    assert [(each["pointer"], each["code"]) for each in refused["errors"]] == [
        ("/steps/0/escalates_to", "member.may_not_approve")
    ]


async def quiet_from(database: Database, desk: Desk, post: dict[str, Any]) -> datetime:
    """When the post is asked for again, as its row says."""
    found: datetime = await database.reads.fetchval(
        "SELECT parvis_due.due_at FROM parvis_due($1) WHERE work = 'ask_again' "
        "AND workspace_id = $2",
        datetime.fromisoformat(post["created_at"]) + timedelta(days=1),
        desk.tenant.workspace_id,
    )
    return found


@pytest.mark.parametrize("was", ["open", "approved"])
async def test_edit_is_submitted_again_by_itself_once_nobody_edits_any_more(
    desk: Desk, database: Database, hire: Hire, work: Work, name: str, was: str
) -> None:
    aline = await hire(name)
    await policy(desk, aline)
    post = await desk.draft()
    first = await submit(desk, post)
    if was == "approved":
        await aline.decide(first["id"], "approve", 200)
    await edit(desk, post, text="On taille encore.")
    early = await quiet_from(database, desk, post)
    await edit(desk, post, text="On taille toujours.")
    at = await quiet_from(database, desk, post)

    counts = [await work(each, job=ask_again_due) for each in (early, at, at + QUIET)]

    assert at > early
    assert counts == [0, 1, 0]
    shown = (await read(desk, f"/v1/posts/{post['id']}"))["approval"]
    again = await read(desk, f"/v1/reviews/{shown['review_id']}")
    assert (shown["state"], again["id"] != first["id"]) == ("asked", True)
    assert (again["state"], again["note"]) == ("open", "Voilà.")
    assert (await read(desk, f"/v1/posts/{post['id']}/versions"))["data"][0]["id"] == again[
        "post_version_id"
    ]
    before = {"open": "outdated", "approved": "approved"}[was]
    assert (await read(desk, f"/v1/reviews/{first['id']}"))["state"] == before
    assert len(await told(desk, "review.asked_again")) == 1
    assert len(await letters_to(database, aline.email)) == 2


async def test_two_workers_submit_again_once(
    desk: Desk, database: Database, hire: Hire, work: Work
) -> None:
    await policy(desk, await hire("Aline"))
    post = await desk.draft()
    await submit(desk, post)
    await edit(desk, post, text="On taille encore.")
    at = await quiet_from(database, desk, post)

    await asyncio.gather(*(work(at, job=ask_again_due) for _ in range(4)))

    assert len(await told(desk, "review.asked_again")) == 1


async def test_review_of_what_no_policy_asks_for_after_an_edit_lapses(
    desk: Desk, database: Database, hire: Hire, work: Work
) -> None:
    await policy(desk, await hire("Aline"), labels=["vigne"])
    post = await desk.draft(labels=["vigne"])
    made = await submit(desk, post)
    await edit(desk, post, labels=[])

    await work(await quiet_from(database, desk, post), job=ask_again_due)

    assert (await read(desk, f"/v1/reviews/{made['id']}"))["state"] == "lapsed"
    assert [each["subject_id"] for each in await told(desk, "review.lapsed")] == [made["id"]]


async def test_what_was_called_off_is_not_submitted_again(
    desk: Desk, database: Database, hire: Hire, work: Work, name: str
) -> None:
    aline = await hire(name)
    await policy(desk, aline)
    post = await desk.draft()
    await aline.decide((await submit(desk, post))["id"], "approve", 200)
    await schedule(desk, post, 200)
    await edit(desk, post, text="On taille encore.")
    at = await quiet_from(database, desk, post)
    await call_off(desk, post)

    counts = [await work(each, job=ask_again_due) for each in (at, at + QUIET)]

    assert counts == [1, 0]
    assert await told(desk, "review.asked_again") == []
    assert len(await letters_to(database, aline.email)) == 1


@pytest.mark.parametrize(
    "why", ["policy", "submitted", "withdrawn", "refused", "nobody", "removed"]
)
async def test_nothing_is_submitted_again_where_nobody_wants_it(
    desk: Desk, database: Database, hire: Hire, work: Work, why: str
) -> None:
    aline = await hire("Aline")
    await policy(desk, aline, asks_again=why != "policy")
    post = await desk.draft()
    made = await submit(desk, post)
    if why == "refused":
        await aline.decide(made["id"], "refuse", 200, words="Non.")
    await edit(desk, post, text="On taille encore.")
    at = await quiet_from(database, desk, post) or datetime.fromisoformat(post["created_at"])
    any_version = {"If-Match": "*"}
    if why == "submitted":
        await submit(desk, post)
    elif why == "withdrawn":
        await desk.post(f"/v1/reviews/{made['id']}/withdraw", 200)
    elif why == "nobody":
        await desk.client.delete(f"/v1/members/{aline.id}", headers=any_version)
    elif why == "removed":
        await desk.client.delete(f"/v1/posts/{post['id']}", headers=any_version)

    await work(at + QUIET, job=ask_again_due)

    assert await told(desk, "review.asked_again") == []
    assert await work(at + QUIET, job=ask_again_due) == 0
