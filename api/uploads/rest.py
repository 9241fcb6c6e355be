"""/v1/uploads/prepare and …/complete: files that go to the house's object store by themselves."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.deps import CallerDep, NowDep, SessionDep
from api.paging import located, tagged
from api.routes import TransactionRoute
from api.state import state_of
from domain.kernel.ids import UploadId
from domain.uploads import service
from domain.uploads.shapes import PreparedUploadView, PrepareUpload, UploadView

router = APIRouter(prefix="/v1/uploads", tags=["uploads"], route_class=TransactionRoute)


@router.post("/prepare", status_code=HTTPStatus.CREATED, summary="Prepare a direct upload")
async def prepare_upload(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    command: PrepareUpload,
) -> PreparedUploadView:
    """Gives a URL of the house's object store that takes the file, past this api.

    Complete it once the file is there. 409 `upload.direct_unavailable` where files are kept on a
    disk. Needs the scope `posts:write`.
    """
    intake = state_of(request).intake
    view = await service.prepare_upload(session, caller, command, intake=intake, now=now)
    located(response, "/v1/uploads", view)
    return tagged(response, view)


@router.post(
    "/{upload_id}/complete", status_code=HTTPStatus.ACCEPTED, summary="Complete a direct upload"
)
async def complete_upload(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, upload_id: UploadId
) -> UploadView:
    """A worker weighs and reads what came, then it is `complete` or `refused`.

    `open` again, with `upload.incomplete` as its problem, when the file is not there or not as
    heavy as was announced: send it and complete it again. Needs the scope `posts:write`.
    """
    view = await service.complete_upload(session, caller, upload_id, now=now)
    return tagged(response, view)
