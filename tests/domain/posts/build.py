"""A post on its way: planned on a calendar, for one account."""

from datetime import datetime
from uuid import UUID

from domain.calendars.service import create_calendar
from domain.calendars.shapes import CreateCalendar
from domain.communities.service import create_community
from domain.communities.shapes import CreateCommunity
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.posts.command_shapes import CreatePost, SchedulePost, VariantInput
from domain.posts.planning import schedule_post
from domain.posts.service import create_post
from domain.posts.shapes import PostDetail
from tests.world import make_account


async def make_due_post(database: Database, workspace_id: UUID, *, now: datetime) -> PostDetail:
    """A post whose one delivery is due `now`."""
    caller = worker(workspace_id)
    async with database.transaction(workspace_id) as session:
        community = await create_community(
            session, caller, CreateCommunity(name="a", slug="a", time_zone="Europe/Zurich"), now=now
        )
    account_id = await make_account(database, workspace_id, community.id)
    async with database.transaction(workspace_id) as session:
        calendar = await create_calendar(
            session, caller, CreateCalendar(community_id=community.id, name="a"), now=now
        )
        command = CreatePost(
            calendar_id=calendar.id,
            title="Vigne",
            text="On taille.",
            variants=[VariantInput(account_id=account_id)],
        )
        made = await create_post(session, caller, command, now=now)
        return await schedule_post(
            session, caller, made.id, SchedulePost(now=True), expected_version=None, now=now
        )
