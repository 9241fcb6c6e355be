"""tus 1.0 in headers: what is spoken, what a request must say, what every answer says.

https://tus.io/protocols/resumable-upload, version 1.0.0, read 2026-11-26: the core, and the
extensions creation, creation-with-upload, expiration, checksum and termination.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError

from api.conditional import if_changed
from api.parameters import known_to, refuse_odd
from api.pointing import Handler
from api.problems import answer, from_validation
from api.state import state_of
from domain.kernel.caller import Scope
from domain.kernel.errors import (
    BodyMalformed,
    BodyUnsupported,
    Fault,
    Misfit,
    ParvisError,
    ProtocolUnknown,
)
from domain.kernel.ids import show
from domain.uploads.shapes import OpenUpload, UploadView

VERSION = "1.0.0"
BYTES = "application/offset+octet-stream"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
ALGORITHMS = ("sha1", "sha256")
SPOKEN = {"Tus-Resumable": VERSION}
MEDIA_ID = "Parvis-Media-Id"


class TusRoute(APIRoute):
    """A `CallerRoute` that speaks tus, in its refusals too.

    Requests that send something must name the version they speak; reading and removing is plain
    HTTP as well.
    """

    def get_route_handler(self) -> Handler:
        handle, known = super().get_route_handler(), known_to(self.dependant)

        async def speak(request: Request) -> Response:
            try:
                await _admit(request)
                refuse_odd(request, known)
                response = if_changed(request, await handle(request))
            except ParvisError as error:
                response = answer(request, error)
            except RequestValidationError as error:
                response = answer(request, from_validation(error.errors()))
            response.headers.update(SPOKEN)
            if response.status_code == 412:
                response.headers["Tus-Version"] = VERSION
            return response

        return speak


@dataclass(frozen=True, slots=True)
class Checksum:
    algorithm: str
    digest: bytes

    def begin(self) -> "hashlib._Hash":
        return hashlib.new(self.algorithm, usedforsecurity=False)


def carries_bytes(request: Request) -> bool:
    """Whether the first bytes come along. Raises `BodyUnsupported` for a body of another type."""
    is_bytes = _type_of(request) == BYTES
    if not is_bytes and request.headers.get("content-length", "0") != "0":
        raise BodyUnsupported
    return is_bytes


def read_checksum(sent: str | None) -> Checksum | None:
    """`Upload-Checksum: sha1 …`, in base64. Raises `BodyMalformed`, as tus wants it (400)."""
    if sent is None:
        return None
    algorithm, _, digest = sent.partition(" ")
    if algorithm not in ALGORITHMS:
        raise BodyMalformed(f"The checksums here are: {', '.join(ALGORITHMS)}.")
    try:
        return Checksum(algorithm, base64.b64decode(digest, validate=True))
    except binascii.Error:
        raise BodyMalformed("The checksum is not base64.") from None


def read_metadata(sent: str | None, size_bytes: int) -> OpenUpload:
    """`Upload-Metadata: filename …,alt_text …`, values in base64. Raises `Misfit`.

    Keys that are not known here are passed over: clients send their own.
    """
    found: dict[str, str] = {}
    for pair in filter(None, (sent or "").split(",")):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise _misfit(f"The value of {key} is not UTF-8 in base64.") from None
    known = {"file_name": found.get("filename") or "file", "alt_text": found.get("alt_text")}
    try:
        return OpenUpload(**known, size_bytes=size_bytes)
    except ValidationError as error:
        raise _misfit(error.errors()[0]["msg"]) from None


def announce(response: Response, upload: UploadView, offset_bytes: int) -> None:
    """Where the upload stands, and until when it waits."""
    response.headers["Upload-Offset"] = str(offset_bytes)
    response.headers["Upload-Length"] = str(upload.size_bytes)
    response.headers["Upload-Expires"] = format_datetime(
        upload.expires_at.astimezone(UTC), usegmt=True
    )
    response.headers["Cache-Control"] = "no-store"
    if upload.media_id is not None:
        response.headers[MEDIA_ID] = show("med", upload.media_id)


async def _admit(request: Request) -> None:
    """Raises, in this order: who asks, what they may, whether they speak as we do."""
    tokens = state_of(request).tokens
    caller = await tokens.caller(request.headers.get("authorization"), request.scope)
    request.state.caller, request.state.now = caller, caller.moment(datetime.now(UTC))
    caller.need(Scope.POSTS_WRITE)
    spoken = request.headers.get("tus-resumable")
    if spoken is None and request.method in {"GET", "DELETE"}:
        return
    if spoken != VERSION:
        raise ProtocolUnknown
    if request.method == "PATCH" and _type_of(request) != BYTES:
        raise BodyUnsupported


def _type_of(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _misfit(message: str) -> Misfit:
    return Misfit(faults=(Fault("/header/Upload-Metadata", "value_error", message),))
