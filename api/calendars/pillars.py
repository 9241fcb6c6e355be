"""/v1/pillars: the themes calendars come back to."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.filters import OfCalendars
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.calendars import pillars
from domain.calendars.shapes import ChangePillar, CreatePillar, PillarView
from domain.kernel.ids import PillarId
from domain.kernel.shapes import Page

router = APIRouter(prefix="/v1/pillars", tags=["calendars"], route_class=TransactionRoute)


@router.get("", summary="List pillars")
async def list_pillars(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    calendar_id: OfCalendars = [],  # noqa: B006 - FastAPI copies it
) -> Page[PillarView]:
    """Needs the scope `calendars:read`."""
    found = await pillars.list_pillars(session, caller, page, calendar_ids=calendar_id)
    return linked(request, response, found)


@router.post("", status_code=HTTPStatus.CREATED, summary="Make a pillar")
async def create_pillar(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, command: CreatePillar
) -> PillarView:
    """Needs the scope `calendars:write`."""
    view = await pillars.create_pillar(session, caller, command, now=now)
    located(response, "/v1/pillars", view)
    return tagged(response, view)


@router.get("/{pillar_id}", summary="Read a pillar")
async def get_pillar(
    response: Response, session: SessionDep, caller: CallerDep, pillar_id: PillarId
) -> PillarView:
    """Needs the scope `calendars:read`."""
    view = await pillars.get_pillar(session, caller, pillar_id)
    return tagged(response, view)


@router.patch("/{pillar_id}", summary="Change a pillar")
async def change_pillar(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    pillar_id: PillarId,
    command: ChangePillar,
) -> PillarView:
    """Changes only what is sent. Needs the scope `calendars:write`."""
    view = await pillars.change_pillar(
        session, caller, pillar_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.delete("/{pillar_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove a pillar")
async def remove_pillar(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    pillar_id: PillarId,
) -> None:
    """409 `in_use` while posts or slots stand on it. Needs the scope `calendars:write`."""
    await pillars.remove_pillar(session, caller, pillar_id, expected_version=version, now=now)
