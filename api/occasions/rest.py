"""/v1/event-calendars and /v1/occasions: what happens around a community, by others' calendars."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.filters import OfCommunities
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.kernel.clock import Moment
from domain.kernel.ids import EventCalendarId, OccasionId
from domain.kernel.shapes import Page
from domain.occasions import queries, service
from domain.occasions.shapes import (
    ChangeEventCalendar,
    CreateEventCalendar,
    EventCalendarView,
    OccasionView,
)

router = APIRouter(prefix="/v1", tags=["occasions"], route_class=TransactionRoute)


@router.get("/event-calendars", summary="List the calendars that are followed")
async def list_event_calendars(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    community_id: OfCommunities = [],  # noqa: B006 - FastAPI copies it
) -> Page[EventCalendarView]:
    """Needs the scope `calendars:read`."""
    found = await queries.list_event_calendars(session, caller, page, community_ids=community_id)
    return linked(request, response, found)


@router.post("/event-calendars", status_code=HTTPStatus.CREATED, summary="Follow a calendar")
async def create_event_calendar(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    command: CreateEventCalendar,
) -> EventCalendarView:
    """A worker reads it at once and every six hours. Needs the scope `calendars:write`."""
    view = await service.create_event_calendar(session, caller, command, now=now)
    located(response, "/v1/event-calendars", view)
    return tagged(response, view)


@router.get("/event-calendars/{event_calendar_id}", summary="Read a calendar that is followed")
async def get_event_calendar(
    response: Response, session: SessionDep, caller: CallerDep, event_calendar_id: EventCalendarId
) -> EventCalendarView:
    """Needs the scope `calendars:read`."""
    view = await queries.get_event_calendar(session, caller, event_calendar_id)
    return tagged(response, view)


@router.patch("/event-calendars/{event_calendar_id}", summary="Change a calendar that is followed")
async def change_event_calendar(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    event_calendar_id: EventCalendarId,
    command: ChangeEventCalendar,
) -> EventCalendarView:
    """Changes only what is sent. Needs the scope `calendars:write`."""
    view = await service.change_event_calendar(
        session, caller, event_calendar_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.post(
    "/event-calendars/{event_calendar_id}/pull",
    status_code=HTTPStatus.ACCEPTED,
    summary="Read a calendar now",
)
async def pull_event_calendar(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    event_calendar_id: EventCalendarId,
) -> EventCalendarView:
    """A worker reads it at once; `next_read_at` says when. Needs the scope `calendars:write`."""
    view = await service.pull_event_calendar(session, caller, event_calendar_id, now=now)
    return tagged(response, view)


@router.delete(
    "/event-calendars/{event_calendar_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Follow a calendar no longer",
)
async def remove_event_calendar(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    event_calendar_id: EventCalendarId,
) -> None:
    """Its occasions go with it. Needs the scope `calendars:write`."""
    await service.remove_event_calendar(
        session, caller, event_calendar_id, expected_version=version, now=now
    )


@router.get("/occasions", summary="Read a window of occasions")
async def list_occasions(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    since: Annotated[Moment, Query(description="The first moment of the window.")],
    until: Annotated[Moment, Query(description="The end of the window, at most 400 days later.")],
    community_id: OfCommunities = [],  # noqa: B006 - FastAPI copies it
    event_calendar_id: Annotated[
        list[EventCalendarId], Query(max_length=50, description="Only of these calendars.")
    ] = [],  # noqa: B006 - as above
) -> Page[OccasionView]:
    """What goes on in it, by its beginning. Needs the scope `calendars:read`."""
    found = await queries.list_occasions(
        session,
        caller,
        page,
        since=since,
        until=until,
        community_ids=community_id,
        event_calendar_ids=event_calendar_id,
    )
    return linked(request, response, found)


@router.get("/occasions/{occasion_id}", summary="Read an occasion")
async def get_occasion(
    response: Response, session: SessionDep, caller: CallerDep, occasion_id: OccasionId
) -> OccasionView:
    """Needs the scope `calendars:read`."""
    view = await queries.get_occasion(session, caller, occasion_id)
    return tagged(response, view)
