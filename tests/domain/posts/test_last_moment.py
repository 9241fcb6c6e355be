"""What a worker has claimed is on its way, though its post is not marked yet."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.errors import DeliveryUnderWay
from domain.posts import delivering
from domain.posts.command_shapes import ChangePost, SchedulePost
from domain.posts.many import reschedule_posts
from domain.posts.many_shapes import ReschedulePosts
from domain.posts.planning import schedule_post
from domain.posts.service import change_post, remove_post
from domain.posts.shapes import PostDetail
from domain.posts.showing import get_post
from tests.domain.posts.build import make_due_post
from tests.world import WORKER, make_workspace

LEASE = WAITS = timedelta(seconds=60)


@pytest.fixture
async def workspace_id(database: Database) -> UUID:
    return await make_workspace(database)


@pytest.fixture
async def claimed(database: Database, workspace_id: UUID, now: datetime) -> PostDetail:
    """A post that a worker has claimed and not yet prepared."""
    made = await make_due_post(database, workspace_id, now=now - WAITS)
    caller = worker(workspace_id)
    at = SchedulePost(wall_time=now.replace(tzinfo=None), time_zone="UTC")
    async with database.transaction(workspace_id) as session:
        await schedule_post(session, caller, made.id, at, expected_version=None, now=now - WAITS)
    async with database.transaction(workspace_id) as session:
        [_] = await delivering.claim_due(
            session, [caller.workspace_id], by=WORKER, now=now, lease=LEASE, most=10
        )
    async with database.transaction(workspace_id) as session:
        return await get_post(session, caller, made.id)


async def read(database: Database, post: PostDetail, workspace_id: UUID) -> PostDetail:
    async with database.transaction(workspace_id) as session:
        return await get_post(session, worker(workspace_id), post.id)


async def test_it_is_not_cancelled(
    database: Database, workspace_id: UUID, claimed: PostDetail, now: datetime
) -> None:
    with pytest.raises(DeliveryUnderWay):
        async with database.transaction(workspace_id) as session:
            await remove_post(
                session, worker(workspace_id), claimed.id, expected_version=None, now=now
            )

    assert claimed.state == "scheduled"
    assert await read(database, claimed, workspace_id) == claimed


async def test_its_words_and_time_are_not_changed(
    database: Database, workspace_id: UUID, claimed: PostDetail, now: datetime
) -> None:
    later = (now + timedelta(hours=5)).replace(tzinfo=None)
    for command in (ChangePost(text="Else."), ChangePost(text="Else.", wall_time=later)):
        with pytest.raises(DeliveryUnderWay):
            async with database.transaction(workspace_id) as session:
                await change_post(
                    session,
                    worker(workspace_id),
                    claimed.id,
                    command,
                    expected_version=None,
                    now=now,
                )

    assert await read(database, claimed, workspace_id) == claimed


async def test_it_stays_where_it_is_when_many_are_moved(
    database: Database, workspace_id: UUID, claimed: PostDetail, now: datetime
) -> None:
    command = ReschedulePosts(by_minutes=60 * 24, post_ids=[claimed.id])
    async with database.transaction(workspace_id) as session:
        found = await reschedule_posts(session, worker(workspace_id), command, now=now)

    assert [(each.code, each.publish_at) for each in found.posts] == [
        ("post.going_out", claimed.publish_at)
    ]
    assert await read(database, claimed, workspace_id) == claimed
