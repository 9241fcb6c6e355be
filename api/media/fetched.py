"""/files/{address}: what a network fetches by itself, at an address that only it was told."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from api.media.ranges import keep_ranges
from api.media.rest import BRIEFLY, HARMLESS
from api.state import state_of
from domain.kernel.caller import worker
from domain.kernel.errors import DependencyAway
from domain.media.addresses import PATH, addressed
from domain.media.queries import get_media

router = APIRouter(include_in_schema=False)


@router.api_route(f"{PATH}/{{token}}", methods=["GET", "HEAD"])
async def fetch(request: Request, token: str) -> Response:
    """Without a login: the address itself names the file, and counts for a day; else 404."""
    state = state_of(request)
    workspace_id, media_id = addressed(token, state.keys, now=datetime.now(UTC))
    async with state.database.transaction(workspace_id) as session:
        view = await get_media(session, worker(workspace_id), media_id)
    path = state.media.shelf.place_of(workspace_id, view.sha256)
    if isinstance(path, str):
        return RedirectResponse(path, headers={"Cache-Control": BRIEFLY})
    if not path.is_file():
        raise DependencyAway("The file's bytes are not in the storage this process sees.")
    keep_ranges(request, view.size_bytes)
    headers = {"Cache-Control": "private, no-store", "Content-Security-Policy": HARMLESS}
    return FileResponse(path, media_type=view.content_type, headers=headers)
