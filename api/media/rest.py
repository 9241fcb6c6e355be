"""/v1/media."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from fastapi.responses import FileResponse, RedirectResponse

from api.conditional import matches
from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.idempotency import KeyDep
from api.media.keyed import keyed
from api.media.ranges import keep_ranges
from api.media.uploads import UploadRoute, received
from api.paging import linked, tagged
from api.routes import CallerRoute, TransactionRoute
from api.state import state_of
from domain.kernel.clock import Moment
from domain.kernel.errors import DependencyAway, InUse
from domain.kernel.ids import MediaId, Own
from domain.kernel.shapes import Page
from domain.media import queries, service
from domain.media.forgetting import forget_content
from domain.media.queries import MediaRights, MediaSort
from domain.media.rules import clean_name
from domain.media.shapes import AddMedia, AltText, ChangeMedia, MediaKind, MediaView
from domain.media.sniffing import SUFFIXES
from domain.posts.queries import uses_media

sent = APIRouter(prefix="/v1/media", tags=["media"], route_class=UploadRoute)
kept = APIRouter(prefix="/v1/media", tags=["media"], route_class=TransactionRoute)
removed = APIRouter(prefix="/v1/media", tags=["media"], route_class=CallerRoute)

CONTENT = {name: {"schema": {"type": "string", "format": "binary"}} for name in SUFFIXES}
PRIVATE = "private, max-age=31536000, immutable"
BRIEFLY = "private, max-age=240"
"""A link to the object store counts for five minutes."""
HARMLESS = "default-src 'none'; sandbox"


@kept.get("", summary="List media")
async def list_media(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    kind: Annotated[
        list[MediaKind], Query(max_length=2, description="Only images, or only videos.")
    ] = [],  # noqa: B006 - FastAPI copies it
    sort: Annotated[
        MediaSort, Query(description="The order; `-` turns it round.")
    ] = MediaSort.CREATED_DOWN,
    rights: Annotated[
        MediaRights | None,
        Query(description="Only those whose right to be published ends, or does not."),
    ] = None,
    before: Annotated[
        Moment | None, Query(description="Only those whose right ends before this moment.")
    ] = None,
    source_id: Annotated[
        list[MediaId], Query(max_length=50, description="Only renditions of these files.")
    ] = [],  # noqa: B006 - as above
) -> Page[MediaView]:
    """Sorted by `rights_end_at`: only those whose right ends. Needs the scope `posts:read`."""
    found = await queries.list_media(
        session,
        caller,
        page,
        sort=sort,
        kinds=kind,
        rights=rights,
        before=before,
        source_ids=source_id,
    )
    return linked(request, response, found)


@sent.post(
    "", status_code=HTTPStatus.CREATED, response_model=MediaView, summary="Send a picture or video"
)
async def add_media(
    request: Request,
    caller: CallerDep,
    now: NowDep,
    file: Annotated[
        UploadFile, File(description="A JPEG, PNG, GIF or WebP image or an MP4 video.")
    ],
    alt_text: Annotated[
        AltText, Form(description="What it shows, for those who cannot see it.")
    ] = "",
    # A form has no null: a field may be left out, and then this is None all the same.
    id_: Annotated[
        Own[MediaId], Form(alias="id", description="A UUIDv7 of your own, if you like.")
    ] = None,  # type: ignore[assignment]  # see above
    key: KeyDep = None,
) -> Response:
    """What the file is is found by reading it, whatever its name or declared type.

    Needs the scope `posts:write`.
    """
    state = state_of(request)
    async with (
        received(file, state.media, caller, max_bytes=state.settings.media_max_bytes) as got,
        state.database.acting(caller) as session,
    ):
        command = AddMedia(
            id=id_,
            file_name=clean_name(file.filename or "", got.sniffed.content_type),
            alt_text=alt_text or None,
            sha256=got.stowed.sha256,
        )

        async def add() -> MediaView:
            return await service.add_media(
                session, caller, command, got.stowed, got.sniffed, store=state.media, now=now
            )

        return await keyed(
            session, caller, key, command, add, path="/v1/media", keys=state.keys, now=now
        )


@kept.get("/{media_id}", summary="Read what is known of a file")
async def get_media(
    response: Response, session: SessionDep, caller: CallerDep, media_id: MediaId
) -> MediaView:
    """Needs the scope `posts:read`."""
    view = await queries.get_media(session, caller, media_id)
    return tagged(response, view)


@kept.get(
    "/{media_id}/content",
    response_class=FileResponse,
    responses={
        HTTPStatus.OK: {"content": CONTENT, "description": "The bytes."},
        HTTPStatus.PARTIAL_CONTENT: {"content": CONTENT, "description": "A part of the bytes."},
        HTTPStatus.NOT_MODIFIED: {"description": "You have it already."},
        HTTPStatus.TEMPORARY_REDIRECT: {
            "description": "Where they are, for some minutes: in the house's object store."
        },
    },
    summary="Read a file's bytes",
)
async def get_content(
    request: Request, session: SessionDep, caller: CallerDep, media_id: MediaId
) -> Response:
    """They never change: keep them as long as you like. Needs the scope `posts:read`."""
    view = await queries.get_media(session, caller, media_id)
    headers = {
        "ETag": f'"{view.sha256}"',
        "Cache-Control": PRIVATE,
        "Content-Security-Policy": HARMLESS,
    }
    if matches(",".join(request.headers.getlist("if-none-match")), headers["ETag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    path = state_of(request).media.shelf.place_of(caller.workspace_id, view.sha256)
    if isinstance(path, str):
        return RedirectResponse(path, headers={"Cache-Control": BRIEFLY})
    if not path.is_file():
        raise DependencyAway("The file's bytes are not in the storage this process sees.")
    keep_ranges(request, view.size_bytes)
    return FileResponse(
        path,
        media_type=view.content_type,
        filename=view.file_name,
        content_disposition_type="inline",
        headers=headers,
    )


@kept.patch("/{media_id}", summary="Change what is known of a file")
async def change_media(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    media_id: MediaId,
    command: ChangeMedia,
) -> MediaView:
    """Changes only what is sent. Needs the scope `posts:write`."""
    view = await service.change_media(
        session, caller, media_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@removed.delete(
    "/{media_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove a file nothing uses"
)
async def remove_media(
    request: Request,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    media_id: MediaId,
) -> None:
    """409 `in_use` while a post shows it, a consent names it, or it has renditions.

    Needs the scope `posts:write`.
    """
    state = state_of(request)
    async with state.database.acting(caller) as session:
        sha256 = await service.remove_media(
            session, caller, media_id, expected_version=version, now=now
        )
        if await uses_media(session, media_id):
            raise InUse("A post shows this file.")
    # Its row is gone for good before its bytes are: a crash in between leaves bytes, not a hole.
    async with state.database.acting(caller) as session:
        await forget_content(session, caller, sha256, store=state.media)


router = APIRouter()
for part in (kept, sent, removed):
    router.include_router(part)
