"""/feeds/{bearer}.ics: a calendar for calendar programs, which bear its link and no token."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response

from api.feeds.documents import Documents
from api.state import state_of
from domain.feeds.queries import see_feed
from domain.identity.bearer import BearerKind, workspace_of
from domain.kernel.errors import NotFound

router = APIRouter(include_in_schema=False)
KINDS = frozenset({BearerKind.FEED})
DOCUMENTS = Documents()


@router.get("/feeds/{bearer}.ics")
async def calendar(
    request: Request,
    bearer: Annotated[str, Path(max_length=200)],
    if_none_match: Annotated[str, Header(max_length=2000)] = "",
) -> Response:
    """304 while nothing in its window has changed. A link that is none, or revoked, is 404."""
    workspace_id = workspace_of(bearer, KINDS)
    if workspace_id is None:
        raise NotFound("calendar feed")
    async with state_of(request).database.transaction(workspace_id) as session:
        seen = await see_feed(session, workspace_id, bearer, now=datetime.now(UTC))
    headers = {
        "ETag": f'"{seen.tag}"',
        "Cache-Control": "private, no-cache",
        "X-Robots-Tag": "noindex",
    }
    if if_none_match == "*" or seen.tag in if_none_match:
        return Response(None, HTTPStatus.NOT_MODIFIED, headers)
    body = await DOCUMENTS.of(seen)
    return Response(body, headers=headers, media_type="text/calendar")
