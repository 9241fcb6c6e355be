"""/v1/media/{id}/renditions and /v1/operations: long work, asked for, followed and cancelled."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from api.deps import CallerDep, NowDep, SessionDep
from api.paging import located, tagged
from api.routes import TransactionRoute
from domain.kernel.ids import MediaId, OperationId
from domain.media import operations
from domain.media.operation_shapes import MakeRendition, OperationView

router = APIRouter(prefix="/v1", tags=["media"], route_class=TransactionRoute)


@router.post(
    "/media/{media_id}/renditions",
    status_code=HTTPStatus.ACCEPTED,
    summary="Make a rendition that fits a network",
)
async def make_rendition(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    media_id: MediaId,
    command: MakeRendition,
) -> OperationView:
    """A picture becomes smaller, a video H.264 and AAC, until the network takes it.

    A worker makes it; `Location` is where to follow it. What goes out to the network from then on
    shows the rendition, with the alternative texts and the rights of the file. Where the file fits
    as it is, the operation is done at once and nothing is made. Needs the scope `posts:write`.
    """
    view = await operations.make_rendition(session, caller, media_id, command, now=now)
    located(response, "/v1/operations", view)
    return tagged(response, view)


@router.get("/operations/{operation_id}", summary="Read how far an operation is")
async def get_operation(
    response: Response, session: SessionDep, caller: CallerDep, operation_id: OperationId
) -> OperationView:
    """Needs the scope `posts:read`."""
    view = await operations.get_operation(session, caller, operation_id)
    return tagged(response, view)


@router.post("/operations/{operation_id}/cancel", summary="Cancel an operation")
async def cancel_operation(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    operation_id: OperationId,
) -> OperationView:
    """409 `state.not_allowed` once it is over. Needs the scope `posts:write`."""
    view = await operations.cancel_operation(session, caller, operation_id, now=now)
    return tagged(response, view)
