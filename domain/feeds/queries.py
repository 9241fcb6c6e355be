"""Reads of links to calendars, and of what who holds one is shown."""

from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.calendars.queries import find_calendar
from domain.calendars.tables import Calendar
from domain.feeds.rules import states_shown
from domain.feeds.shapes import CalendarFeedView, FeedSeen, Shown
from domain.feeds.tables import CalendarFeed
from domain.kernel.batches import OfEach
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import NotFound
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.registers import Register
from domain.kernel.sealing import fingerprint
from domain.kernel.shapes import Page
from domain.posts.tables import Post

IN_ORDER = Sort("calendar_feeds.id", (col(CalendarFeed.id),), (UUID,))
feeds_by_calendar = OfEach(
    CalendarFeed, CalendarFeedView, Scope.CALENDARS_READ, "calendar_id", (col(CalendarFeed.id),)
).first
BACK, AHEAD = timedelta(days=90), timedelta(days=400)
MOST_PAST, MOST_COMING = 500, 1500
"""Of more posts those next to today are shown."""


def visible(caller: Caller) -> SelectOfScalar[CalendarFeed]:
    return select(CalendarFeed).where(col(CalendarFeed.workspace_id) == caller.workspace_id)


FEEDS = Register(
    CalendarFeed, "calendar feed", Scope.CALENDARS_READ, visible, CalendarFeedView.model_validate
)
get_feed, feeds_by_id = FEEDS.one, FEEDS.many


async def list_feeds(
    session: AsyncSession, caller: Caller, calendar_id: UUID, request: PageRequest
) -> Page[CalendarFeedView]:
    """Those of one calendar, the oldest first."""
    caller.need(Scope.CALENDARS_READ)
    await find_calendar(session, caller, calendar_id)
    statement = visible(caller).where(col(CalendarFeed.calendar_id) == calendar_id)
    return await IN_ORDER.page(session, statement, request, view=CalendarFeedView.model_validate)


async def see_feed(
    session: AsyncSession, workspace_id: UUID, secret: str, *, now: datetime
) -> FeedSeen:
    """What the link shows, the day of `now` in its midst.

    Row-level security keeps it to the workspace that the secret names. Raises `NotFound`.
    """
    statement = select(CalendarFeed).where(col(CalendarFeed.fingerprint) == fingerprint(secret))
    feed = (await session.exec(statement)).one_or_none()
    if feed is None:
        raise NotFound("calendar feed")
    calendar = await session.get_one(Calendar, (workspace_id, feed.calendar_id))
    today = datetime.combine(now.date(), time(), now.tzinfo)
    return FeedSeen(feed.id, calendar, feed.shows_text, await _posts(session, feed, today))


async def _posts(session: AsyncSession, feed: CalendarFeed, today: datetime) -> tuple[Shown, ...]:
    at = col(Post.publish_at)
    past = await _some(session, feed, (at >= today - BACK, at < today), MOST_PAST, at.desc())
    coming = await _some(session, feed, (at >= today, at < today + AHEAD), MOST_COMING, at.asc())
    return (*reversed(past), *coming)


async def _some(
    session: AsyncSession,
    feed: CalendarFeed,
    window: tuple[ColumnElement[bool], ...],
    most: int,
    order: ColumnElement[datetime | None],
) -> list[Shown]:
    """By moment, through the index of the calendar's window."""
    connection = await session.connection()
    statement = (
        select(*(getattr(Post, name) for name in Shown._fields))
        .where(
            col(Post.workspace_id) == feed.workspace_id,
            col(Post.calendar_id) == feed.calendar_id,
            col(Post.state).in_(states_shown(shows_drafts=feed.shows_drafts)),
            *window,
        )
        .order_by(order)
        .limit(most)
    )
    return [Shown(*row) for row in (await connection.execute(statement)).all()]
