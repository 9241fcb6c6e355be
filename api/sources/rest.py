"""/v1/sources: the pages and entries of feeds that posts rest on, watched for changes."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.filters import OfCommunities, OfPosts
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.kernel.ids import SourceId
from domain.kernel.shapes import Page
from domain.sources import moving, queries, service
from domain.sources.shapes import AcceptMove, ChangeSource, CreateSource, SourceView

router = APIRouter(prefix="/v1/sources", tags=["upkeep"], route_class=TransactionRoute)


@router.get("", summary="List sources")
async def list_sources(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    post_id: OfPosts = [],  # noqa: B006 - FastAPI copies it
    community_id: OfCommunities = [],  # noqa: B006 - as above
) -> Page[SourceView]:
    """The newest first. Needs the scope `posts:read`."""
    found = await queries.list_sources(
        session, caller, page, post_ids=post_id, community_ids=community_id
    )
    return linked(request, response, found)


@router.post("", status_code=HTTPStatus.CREATED, summary="Name a source that a post rests on")
async def create_source(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, command: CreateSource
) -> SourceView:
    """A worker reads it at once and again; when its text changes, an update is proposed.

    A page that several posts rest on is read once for all. Needs the scope `posts:write`.
    """
    view = await service.create_source(session, caller, command, now=now)
    located(response, "/v1/sources", view)
    return tagged(response, view)


@router.get("/{source_id}", summary="Read a source")
async def get_source(
    response: Response, session: SessionDep, caller: CallerDep, source_id: SourceId
) -> SourceView:
    """With how it goes and what changed last. Needs the scope `posts:read`."""
    view = await queries.get_source(session, caller, source_id)
    return tagged(response, view)


@router.patch("/{source_id}", summary="Change how often a source is read")
async def change_source(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    source_id: SourceId,
    command: ChangeSource,
) -> SourceView:
    """Changes only what is sent. Needs the scope `posts:write`."""
    view = await service.change_source(
        session, caller, source_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.post("/{source_id}/pull", status_code=HTTPStatus.ACCEPTED, summary="Read a source now")
async def pull_source(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, source_id: SourceId
) -> SourceView:
    """A worker reads it at once; `next_read_at` says when. Needs the scope `posts:write`."""
    view = await service.pull_source(session, caller, source_id, now=now)
    return tagged(response, view)


@router.post("/{source_id}/accept-move", summary="Accept where a source moved to")
async def accept_source_move(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    source_id: SourceId,
    command: AcceptMove,
) -> SourceView:
    """It is read there from now on, for all posts that rest on it; `moved_to` tells the address.

    409 `state.not_allowed` where the page is not said to be there. Needs the scope `posts:write`.
    """
    view = await moving.accept_move(session, caller, source_id, command, now=now)
    return tagged(response, view)


@router.delete(
    "/{source_id}", status_code=HTTPStatus.NO_CONTENT, summary="Watch a source no longer"
)
async def remove_source(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    source_id: SourceId,
) -> None:
    """An update that it proposed and nobody decided is dismissed.

    Needs the scope `posts:write`.
    """
    await service.remove_source(session, caller, source_id, expected_version=version, now=now)
