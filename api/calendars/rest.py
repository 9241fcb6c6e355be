"""/v1/calendars."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.filters import OfCommunities
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.calendars import queries, service
from domain.calendars.shapes import CalendarView, ChangeCalendar, CreateCalendar
from domain.kernel.ids import CalendarId
from domain.kernel.shapes import Page

router = APIRouter(prefix="/v1/calendars", tags=["calendars"], route_class=TransactionRoute)


@router.get("", summary="List calendars")
async def list_calendars(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    community_id: OfCommunities = [],  # noqa: B006 - FastAPI copies it
) -> Page[CalendarView]:
    """Needs the scope `calendars:read`."""
    found = await queries.list_calendars(session, caller, page, community_ids=community_id)
    return linked(request, response, found)


@router.post("", status_code=HTTPStatus.CREATED, summary="Make a calendar")
async def create_calendar(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    command: CreateCalendar,
) -> CalendarView:
    """Needs the scope `calendars:write`."""
    view = await service.create_calendar(session, caller, command, now=now)
    located(response, "/v1/calendars", view)
    return tagged(response, view)


@router.get("/{calendar_id}", summary="Read a calendar")
async def get_calendar(
    response: Response, session: SessionDep, caller: CallerDep, calendar_id: CalendarId
) -> CalendarView:
    """Needs the scope `calendars:read`."""
    view = await queries.get_calendar(session, caller, calendar_id)
    return tagged(response, view)


@router.patch("/{calendar_id}", summary="Change a calendar")
async def change_calendar(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    calendar_id: CalendarId,
    command: ChangeCalendar,
) -> CalendarView:
    """Changes only what is sent. Needs the scope `calendars:write`."""
    view = await service.change_calendar(
        session, caller, calendar_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.delete(
    "/{calendar_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove an empty calendar"
)
async def remove_calendar(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    calendar_id: CalendarId,
) -> None:
    """409 `in_use` while posts stand in it. Needs `calendars:write`."""
    await service.remove_calendar(session, caller, calendar_id, expected_version=version, now=now)
