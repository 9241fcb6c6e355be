"""/v1/calendars/{id}/feeds and /v1/calendar-feeds: links for calendar programs."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep
from api.paging import linked, located
from api.routes import TransactionRoute
from api.state import state_of
from domain.feeds import queries, service
from domain.feeds.shapes import CalendarFeedView, CreateCalendarFeed, NewCalendarFeed
from domain.kernel.ids import CalendarFeedId, CalendarId
from domain.kernel.shapes import Page

router = APIRouter(prefix="/v1", tags=["calendars"], route_class=TransactionRoute)


@router.get("/calendars/{calendar_id}/feeds", summary="List a calendar's links")
async def list_calendar_feeds(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    calendar_id: CalendarId,
) -> Page[CalendarFeedView]:
    """Those that count, oldest first. Needs the scope `calendars:read`."""
    found = await queries.list_feeds(session, caller, calendar_id, page)
    return linked(request, response, found)


@router.post(
    "/calendars/{calendar_id}/feeds",
    status_code=HTTPStatus.CREATED,
    summary="Make a link for calendar programs, shown once",
)
async def create_calendar_feed(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    calendar_id: CalendarId,
    command: CreateCalendarFeed,
) -> NewCalendarFeed:
    """Whoever has its `url` reads the calendar as iCalendar (RFC 5545), without a token.

    It shows 90 days back and 400 ahead, with an ETag. Needs the scope `calendars:write`.
    """
    view = await service.create_feed(
        session, caller, calendar_id, command, doors=state_of(request).doors, now=now
    )
    located(response, "/v1/calendar-feeds", view)
    return view


@router.get("/calendar-feeds/{calendar_feed_id}", summary="Read a calendar's link")
async def get_calendar_feed(
    session: SessionDep, caller: CallerDep, calendar_feed_id: CalendarFeedId
) -> CalendarFeedView:
    """Its secret is not shown again. Needs the scope `calendars:read`."""
    return await queries.get_feed(session, caller, calendar_feed_id)


@router.delete(
    "/calendar-feeds/{calendar_feed_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Revoke a calendar's link",
)
async def revoke_calendar_feed(
    session: SessionDep, caller: CallerDep, now: NowDep, calendar_feed_id: CalendarFeedId
) -> None:
    """Who holds it finds nothing from now on. Needs the scope `calendars:write`."""
    await service.revoke_feed(session, caller, calendar_feed_id, now=now)
