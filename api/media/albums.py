"""/v1/albums: media that belong together, in order."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.kernel.ids import AlbumId, MediaId
from domain.kernel.shapes import Page
from domain.media import album_queries, albums
from domain.media.album_shapes import (
    AlbumItemView,
    AlbumView,
    ChangeAlbum,
    CreateAlbum,
    PlaceMedia,
    TakeOutMedia,
)

router = APIRouter(prefix="/v1/albums", tags=["media"], route_class=TransactionRoute)


@router.get("", summary="List albums")
async def list_albums(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    media_id: Annotated[
        list[MediaId],
        Query(max_length=50, description="Only those that hold one of these files."),
    ] = [],  # noqa: B006 - FastAPI copies it
) -> Page[AlbumView]:
    """The newest first. Needs the scope `posts:read`."""
    found = await album_queries.list_albums(session, caller, page, media_ids=media_id)
    return linked(request, response, found)


@router.post("", status_code=HTTPStatus.CREATED, summary="Make an album")
async def create_album(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, command: CreateAlbum
) -> AlbumView:
    """Needs the scope `posts:write`."""
    view = await albums.create_album(session, caller, command, now=now)
    located(response, "/v1/albums", view)
    return tagged(response, view)


@router.get("/{album_id}", summary="Read an album")
async def get_album(
    response: Response, session: SessionDep, caller: CallerDep, album_id: AlbumId
) -> AlbumView:
    """Needs the scope `posts:read`."""
    view = await album_queries.get_album(session, caller, album_id)
    return tagged(response, view)


@router.patch("/{album_id}", summary="Change an album")
async def change_album(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    album_id: AlbumId,
    command: ChangeAlbum,
) -> AlbumView:
    """Changes only what is sent. Needs the scope `posts:write`."""
    view = await albums.change_album(
        session, caller, album_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.delete("/{album_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove an album")
async def remove_album(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    album_id: AlbumId,
) -> None:
    """Its files stay. Needs the scope `posts:write`."""
    await albums.remove_album(session, caller, album_id, expected_version=version, now=now)


@router.get("/{album_id}/media", summary="List what is in an album")
async def list_album_media(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    album_id: AlbumId,
) -> Page[AlbumItemView]:
    """In its order. Needs the scope `posts:read`."""
    found = await album_queries.list_album_media(session, caller, album_id, page)
    return linked(request, response, found)


@router.post("/{album_id}/place", summary="Put files into an album, or elsewhere in it")
async def place_album_media(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    album_id: AlbumId,
    command: PlaceMedia,
) -> AlbumView:
    """Up to 2,000 in one album. Sent twice, it does nothing more. Needs the scope `posts:write`."""
    view = await albums.place_media(session, caller, album_id, command, now=now)
    return tagged(response, view)


@router.post("/{album_id}/take-out", summary="Take files out of an album")
async def take_out_album_media(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    album_id: AlbumId,
    command: TakeOutMedia,
) -> AlbumView:
    """They stay on the shelf; those that are not in it are passed over.

    Needs the scope `posts:write`.
    """
    view = await albums.take_out_media(session, caller, album_id, command, now=now)
    return tagged(response, view)
