"""/v1/pauses: what is kept from going out, and how it ends."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.kernel.ids import PauseId
from domain.kernel.shapes import Page
from domain.pauses import queries, service
from domain.pauses.shapes import CreatePause, EndPause, PauseView
from domain.posts.pausing import end_pause as end

router = APIRouter(prefix="/v1/pauses", tags=["deliveries"], route_class=TransactionRoute)


@router.get("", summary="List pauses")
async def list_pauses(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    now: NowDep,
    is_open: Annotated[
        bool | None, Query(description="Only those that go on, or only those that ended.")
    ] = None,
) -> Page[PauseView]:
    """Newest first. Needs the scope `posts:read`."""
    found = await queries.list_pauses(session, caller, page, is_open=is_open, now=now)
    return linked(request, response, found)


@router.post("", status_code=HTTPStatus.CREATED, summary="Pause publishing")
async def create_pause(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, command: CreatePause
) -> PauseView:
    """Of a community, a calendar, an account or what they have in common; or of everything.

    From now on nothing of it goes out, answers and edits included; what is under way arrives, as
    `under_way_ids` says, and withdrawals go on. Nothing is lost: what falls due meanwhile is held.
    Needs `posts:publish`.
    """
    view = await service.create_pause(session, caller, command, now=now)
    located(response, "/v1/pauses", view)
    return tagged(response, view)


@router.get("/{pause_id}", summary="Read a pause")
async def get_pause(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, pause_id: PauseId
) -> PauseView:
    """With how much is overdue because of it. Needs the scope `posts:read`."""
    view = await queries.get_pause(session, caller, pause_id, now=now)
    return tagged(response, view)


@router.post("/{pause_id}/end", summary="End a pause")
async def end_pause(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    pause_id: PauseId,
    command: EndPause,
) -> PauseView:
    """What is planned goes out again at its time; what another pause covers stays held.

    409 `pause.overdue` where anything should have gone out meanwhile and `overdue` says not what
    becomes of it. Needs the scope `posts:publish`.
    """
    view = await end(session, caller, pause_id, command, now=now)
    return tagged(response, view)
