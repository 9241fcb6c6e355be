"""Links to calendars are made and revoked."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.calendars.queries import find_calendar
from domain.events.service import record
from domain.feeds.queries import visible
from domain.feeds.shapes import CalendarFeedView, CreateCalendarFeed, NewCalendarFeed
from domain.feeds.tables import CalendarFeed
from domain.identity.bearer import BearerKind, hint_of, make_bearer
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import NotFound
from domain.kernel.ids import new_id, show
from domain.kernel.sealing import fingerprint
from domain.workspaces.letters import Doors


async def create_feed(
    session: AsyncSession,
    caller: Caller,
    calendar_id: UUID,
    command: CreateCalendarFeed,
    *,
    doors: Doors,
    now: datetime,
) -> NewCalendarFeed:
    """A link to a calendar; its secret is not kept. Raises `NotFound`."""
    caller.need(Scope.CALENDARS_WRITE)
    await find_calendar(session, caller, calendar_id)
    secret = make_bearer(caller.workspace_id, BearerKind.FEED)
    row = CalendarFeed(
        workspace_id=caller.workspace_id,
        id=new_id(),
        calendar_id=calendar_id,
        fingerprint=fingerprint(secret),
        hint=hint_of(secret),
        made_by=caller.member_id,
        created_at=now,
        **command.model_dump(),
    )
    session.add(row)
    await session.flush()
    record(
        session,
        caller,
        "calendar_feed.created",
        ("calendar_feed", row.id),
        now=now,
        data=_told(row),
    )
    view = CalendarFeedView.model_validate(row)
    return NewCalendarFeed(url=f"{doors.root}/feeds/{secret}.ics", **view.model_dump())


async def revoke_feed(session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime) -> None:
    """Who holds the link finds nothing any longer. Raises `NotFound`."""
    caller.need(Scope.CALENDARS_WRITE)
    statement = visible(caller).where(col(CalendarFeed.id) == id_).with_for_update()
    row = (await session.exec(statement)).one_or_none()
    if row is None:
        raise NotFound("calendar feed", [id_])
    await session.delete(row)
    record(
        session, caller, "calendar_feed.revoked", ("calendar_feed", id_), now=now, data=_told(row)
    )


def _told(row: CalendarFeed) -> dict[str, object]:
    return {
        "calendar_id": show("cal", row.calendar_id),
        "name": row.name,
        "shows_drafts": row.shows_drafts,
        "shows_text": row.shows_text,
    }
