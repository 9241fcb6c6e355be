"""/v1/uploads: files that come in pieces, by tus 1.0."""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response

from api.deps import CallerDep, NowDep
from api.idempotency import KeyDep
from api.media.keyed import keyed
from api.paging import tagged
from api.problems import other_method
from api.state import State, state_of
from api.uploads.protocol import (
    ALGORITHMS,
    BYTES,
    EXTENSIONS,
    SPOKEN,
    VERSION,
    TusRoute,
    announce,
    carries_bytes,
    read_checksum,
    read_metadata,
)
from api.uploads.receiving import receive
from domain.kernel.caller import Caller
from domain.kernel.errors import NotFound, UploadOver
from domain.kernel.ids import UploadId
from domain.uploads import checking, queries, service
from domain.uploads.rules import UploadWay
from domain.uploads.shapes import UploadView

spoken = APIRouter(prefix="/v1/uploads", tags=["uploads"], route_class=TusRoute)
asked = APIRouter(prefix="/v1/uploads", include_in_schema=False)
JSON = "application/json"
PIECE: dict[str, Any] = {BYTES: {"schema": {"type": "string", "format": "binary"}}}
BODY = {"requestBody": {"required": True, "description": "The next bytes.", "content": PIECE}}
FIRST = {"requestBody": {"required": False, "description": "The first bytes.", "content": PIECE}}
Version = Annotated[
    str,
    Header(alias="Tus-Resumable", max_length=20, description="Version 1.0.0.", examples=[VERSION]),
]
Metadata = Annotated[
    str | None,
    Header(
        alias="Upload-Metadata",
        max_length=20_000,
        description="`filename` and `alt_text`, each with its value in base64, comma between.",
        examples=["filename bGF2YXV4Lm1wNA=="],
    ),
]
Sum = Annotated[
    str | None,
    Header(
        alias="Upload-Checksum",
        max_length=200,
        description="`sha1` or `sha256`, a space, and the digest of this body in base64.",
        examples=["sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="],
        # Told, and not checked by FastAPI: tus wants 400 of it.
        json_schema_extra={"pattern": "^(sha1|sha256) ([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2,3}=+)?$"},
    ),
]


@asked.options("")
@asked.options("/{upload_id}")
async def offer(request: Request) -> Response:
    """What is spoken here, told to anybody."""
    response = other_method(request)
    response.headers.update(
        {
            **SPOKEN,
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(state_of(request).settings.media_max_bytes),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        }
    )
    return response


@spoken.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=UploadView,
    summary="Begin a resumable upload",
    openapi_extra=FIRST,
)
async def create_upload(
    request: Request,
    caller: CallerDep,
    now: NowDep,
    size_bytes: Annotated[
        int,
        Header(alias="Upload-Length", ge=1, description="The file's weight, in bytes."),
    ],
    version: Version,  # noqa: ARG001 - read before
    metadata: Metadata = None,
    checksum: Sum = None,
    key: KeyDep = None,
) -> Response:
    """By tus 1.0 (creation, creation-with-upload): any client of tus does the rest.

    `Location` says where the bytes go. Each `PATCH` moves the moment at which it expires. The
    bytes of the file, or its first ones, may come along as
    `application/offset+octet-stream`. Needs the scope `posts:write`.
    """
    state, command = state_of(request), read_metadata(metadata, size_bytes)
    sum_, has_bytes = read_checksum(checksum), carries_bytes(request)
    made: list[UploadView] = []

    async def add() -> UploadView:
        made.append(
            await service.open_upload(session, caller, command, intake=state.intake, now=now)
        )
        return made[0]

    async with state.database.acting(caller) as session:
        response = await keyed(
            session, caller, key, command, add, path="/v1/uploads", keys=state.keys, now=now
        )
    for upload in made:
        last = upload
        if has_bytes:
            last = await receive(request, caller, upload.id, 0, sum_)
            response = _made(last, at=response.headers["location"])
        announce(response, last, last.offset_bytes)
    if not made:
        await _announce_again(state, caller, response)
    return response


@spoken.get("/{upload_id}", summary="Read an upload")
async def get_upload(
    request: Request, response: Response, caller: CallerDep, upload_id: UploadId
) -> UploadView:
    """How far it is; `HEAD` tells the same in the headers of tus. Needs the scope `posts:write`."""
    view = await _as_it_stands(state_of(request), caller, upload_id)
    announce(response, view, view.offset_bytes)
    return tagged(response, view)


@spoken.patch(
    "/{upload_id}",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    summary="Send bytes of an upload",
    openapi_extra=BODY,
)
async def append_upload(
    request: Request,
    caller: CallerDep,
    upload_id: UploadId,
    offset: Annotated[
        int,
        Header(alias="Upload-Offset", ge=0, description="Where the bytes go: where it stands."),
    ],
    version: Version,  # noqa: ARG001 - read before
    checksum: Sum = None,
) -> Response:
    """By tus 1.0. Any number of bytes; what came before a cut wire is kept.

    With the last byte the file is looked at as `POST /v1/media` does, and `Parvis-Media-Id` names
    what it became; 415 `media.unsupported` ends the upload. 423 `upload.busy` while another
    request sends. Needs the scope `posts:write`.
    """
    upload = await receive(request, caller, upload_id, offset, read_checksum(checksum))
    response = Response(status_code=HTTPStatus.NO_CONTENT)
    announce(response, upload, upload.offset_bytes)
    return response


@spoken.delete("/{upload_id}", status_code=HTTPStatus.NO_CONTENT, summary="Give an upload up")
async def terminate_upload(
    request: Request, caller: CallerDep, now: NowDep, upload_id: UploadId
) -> None:
    """Its bytes are dropped; a picture or video that it became stays.

    Needs the scope `posts:write`.
    """
    state = state_of(request)
    async with state.database.acting(caller) as session:
        gone = await service.terminate_upload(session, caller, upload_id, now=now)
    await asyncio.to_thread(checking.forget_bytes, gone, caller.workspace_id, intake=state.intake)


router = APIRouter()
for part in (spoken, asked):
    router.include_router(part)


async def _as_it_stands(state: State, caller: Caller, upload_id: UUID) -> UploadView:
    """Raises `NotFound`, and `UploadOver`."""
    async with state.database.acting(caller) as session:
        view = await queries.get_upload(session, caller, upload_id)
    if view.way is UploadWay.RESUMABLE and view.media_id is None:
        there = await asyncio.to_thread(state.intake.pieces.size, caller.workspace_id, upload_id)
        view = view.model_copy(update={"offset_bytes": min(view.offset_bytes, there)})
    return view


async def _announce_again(state: State, caller: Caller, response: Response) -> None:
    """The first answer, and where the upload stands by now: there the client goes on."""
    first = UploadView.model_validate_json(bytes(response.body))
    with suppress(NotFound, UploadOver):
        view = await _as_it_stands(state, caller, first.id)
        announce(response, view, view.offset_bytes)


def _made(upload: UploadView, *, at: str) -> Response:
    said = {"location": at, "etag": f'"{upload.version}"'}
    return Response(upload.model_dump_json(), HTTPStatus.CREATED, said, JSON)
