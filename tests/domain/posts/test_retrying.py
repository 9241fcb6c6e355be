"""What is sent again: never what another delivery of the post has replaced."""

from datetime import datetime, timedelta

import pytest

from domain.connector.errors import Refused
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.errors import NotAllowedNow
from domain.posts import delivering, recording
from domain.posts.command_shapes import CreatePost, SchedulePost, VariantInput
from domain.posts.finding import deliveries_of
from domain.posts.planning import schedule_post
from domain.posts.rules import Decision, Verdict
from domain.posts.service import create_post
from domain.posts.settling import retry_delivery
from tests.domain.posts.build import make_due_post
from tests.world import WORKER, make_account, make_workspace

LEASE = timedelta(seconds=60)
STOP = Decision(Verdict.STOP, None, is_retryable=False, acting_party="user")


async def test_a_failed_delivery_that_was_planned_anew_is_not_sent_beside_the_new_one(
    database: Database, now: datetime
) -> None:
    caller = worker(await make_workspace(database))
    other = await make_due_post(database, caller.workspace_id, now=now + timedelta(days=1))
    second = await make_account(database, caller.workspace_id, other.community_id)
    targets = [VariantInput(account_id=id_) for id_ in (other.variants[0].account_id, second)]
    command = CreatePost(calendar_id=other.calendar_id, title="a", text="a", variants=targets)
    at_once, later = SchedulePost(now=True), now + timedelta(days=2)
    async with database.transaction(caller.workspace_id) as session:
        post = await create_post(session, caller, command, now=now)
        await schedule_post(session, caller, post.id, at_once, expected_version=None, now=now)
    async with database.transaction(caller.workspace_id) as session:
        rows = await delivering.claim_due(
            session, [caller.workspace_id], by=WORKER, now=now, lease=LEASE, most=1
        )
        [task] = await delivering.prepare(session, caller, rows, now=now)
    async with database.transaction(caller.workspace_id) as session:
        await recording.record_error(
            session, caller, task, Refused("No."), STOP, started_at=now, now=now
        )
    plan = SchedulePost(wall_time=later.replace(tzinfo=None), time_zone="UTC")
    async with database.transaction(caller.workspace_id) as session:
        await schedule_post(session, caller, post.id, plan, expected_version=None, now=now)

    with pytest.raises(NotAllowedNow, match="this one is cancelled"):
        async with database.transaction(caller.workspace_id) as session:
            await retry_delivery(session, caller, task.id, now=now)

    async with database.transaction(caller.workspace_id) as session:
        planned = await deliveries_of(session, caller, post.id)
        rows = await delivering.claim_due(
            session, [caller.workspace_id], by=WORKER, now=now, lease=LEASE, most=9
        )
    assert [(row.state, row.due_at) for row in planned] == [("waiting", later)] * 2
    assert rows == []
