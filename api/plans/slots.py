"""/v1/slots: the moments of every week at which calendars speak."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.filters import OfCalendars
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.kernel.ids import SlotId
from domain.kernel.shapes import Page
from domain.plans import slots
from domain.plans.shapes import ChangeSlot, CreateSlot, SlotView

router = APIRouter(prefix="/v1/slots", tags=["calendars"], route_class=TransactionRoute)


@router.get("", summary="List slots")
async def list_slots(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    calendar_id: OfCalendars = [],  # noqa: B006 - FastAPI copies it
) -> Page[SlotView]:
    """Needs the scope `calendars:read`."""
    found = await slots.list_slots(session, caller, page, calendar_ids=calendar_id)
    return linked(request, response, found)


@router.post("", status_code=HTTPStatus.CREATED, summary="Make a slot")
async def create_slot(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, command: CreateSlot
) -> SlotView:
    """Needs the scope `calendars:write`."""
    view = await slots.create_slot(session, caller, command, now=now)
    located(response, "/v1/slots", view)
    return tagged(response, view)


@router.get("/{slot_id}", summary="Read a slot")
async def get_slot(
    response: Response, session: SessionDep, caller: CallerDep, slot_id: SlotId
) -> SlotView:
    """Needs the scope `calendars:read`."""
    view = await slots.get_slot(session, caller, slot_id)
    return tagged(response, view)


@router.patch("/{slot_id}", summary="Change a slot")
async def change_slot(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    slot_id: SlotId,
    command: ChangeSlot,
) -> SlotView:
    """Posts that wait in it keep their time. Needs the scope `calendars:write`."""
    view = await slots.change_slot(
        session, caller, slot_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.delete("/{slot_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove a slot")
async def remove_slot(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    slot_id: SlotId,
) -> None:
    """Posts that wait in it keep their time and leave the queue. Needs `calendars:write`."""
    await slots.remove_slot(session, caller, slot_id, expected_version=version, now=now)
