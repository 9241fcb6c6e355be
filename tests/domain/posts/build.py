"""A post on its way: planned on a calendar, for one account."""

from datetime import datetime
from uuid import UUID

from domain.calendars.service import create_calendar
from domain.calendars.shapes import CreateCalendar
from domain.communities.service import create_community
from domain.communities.shapes import CreateCommunity
from domain.kernel.caller import worker
from domain.kernel.database import Database, driver_of
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


POSTS = """
WITH made AS (
    INSERT INTO posts (workspace_id, id, version, created_at, updated_at, community_id, calendar_id,
                       title, text, labels, media_ids, settings, state, time_zone, publish_at,
                       approved_for, stale_for)
    SELECT c.workspace_id, gen_random_uuid(), 1, at, at, c.community_id, c.id, 'Post ' || n,
           CASE WHEN n % $4 = 0 THEN 'Un mot fréquent.' ELSE 'mot' || n % 97 || ' autre' END, '{}',
           '{}', '{}', 'draft', 'UTC', at, '{}', '{}'
      FROM calendars c, generate_series(1, $3) AS n, LATERAL (
           SELECT timestamptz '2026-11-01 00:00Z' + n * interval '1 minute' AS at) AS said
     WHERE c.workspace_id = $1 AND c.id = $2
    RETURNING *
), said AS (
    INSERT INTO post_versions (workspace_id, id, post_id, number, actor, created_at, title, text,
                               labels, media_ids, settings, adaptations, variants)
    SELECT workspace_id, gen_random_uuid(), id, 1, 'worker', created_at, title, text, '{}', '{}',
           '{}', '[]', '[]'
      FROM made
)
SELECT id, created_at, text LIKE '%fréquent%' FROM made
"""


async def make_posts(
    database: Database, workspace_id: UUID, calendar_id: UUID, count: int, *, one_in: int = 1
) -> list[tuple[UUID, datetime]]:
    """Drafts, a minute apart; gives those that hold the word `fréquent`, one in so many."""
    async with database.transaction(workspace_id) as session:
        made = await (await driver_of(session)).fetch(
            POSTS, workspace_id, calendar_id, count, one_in
        )
    return [(id_, at) for id_, at, is_frequent in made if is_frequent]
