"""Uploads: the caller is known before a byte is read, and no more is read than may come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import Request, Response, UploadFile
from fastapi.routing import APIRoute

from api.keys import Once
from api.parameters import known_to, refuse_odd
from api.pointing import Handler, pointing
from api.state import state_of
from api.weighing import weighed
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import BodyUnsupported, MediaTooLarge
from domain.media.sniffing import Sniffed, sniff
from domain.media.storage import MediaStore, Stowed

FORM = "multipart/form-data"
FORM_BYTES = 64_000
"""What a form may weigh beside its file."""
MOST_FIELDS = 100
"""Fields we do not know are passed over, up to a point."""
# Unpacked pictures are large: one at a time.
_sniffing = asyncio.Semaphore(1)


class UploadRoute(APIRoute):
    """A route that reads a form of one file, as `CallerRoute` otherwise."""

    def get_route_handler(self) -> Handler:
        handle, known = pointing(super().get_route_handler()), known_to(self.dependant)

        async def read_form(request: Request) -> Response:
            state = state_of(request)
            caller = await state.tokens.caller(request.headers.get("authorization"), request.scope)
            caller.need(Scope.POSTS_WRITE)
            request.state.caller, request.state.now = caller, datetime.now(UTC)
            refuse_odd(request, known)
            if not request.headers.get("content-type", "").lower().startswith(FORM):
                raise BodyUnsupported
            most = state.settings.media_max_bytes + FORM_BYTES
            too_large = MediaTooLarge(_limit(state.settings.media_max_bytes))
            announced = request.headers.get("content-length", "")
            if announced.isdecimal() and int(announced) > most:
                raise too_large
            bounded = Once(request.scope, weighed(request.receive, most, too_large))
            try:
                await bounded.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=FORM_BYTES)
                return await handle(bounded)
            finally:
                await bounded.close()

        return read_form


@dataclass(frozen=True, slots=True)
class Received:
    """A file that lies beside the store, and what it is."""

    stowed: Stowed
    sniffed: Sniffed


@asynccontextmanager
async def received(
    file: UploadFile, store: MediaStore, caller: Caller, *, max_bytes: int
) -> AsyncIterator[Received]:
    """Raises `MediaTooLarge` and `MediaUnsupported`; what is not taken in is dropped at the end."""
    if (file.size or 0) > max_bytes:
        raise MediaTooLarge(_limit(max_bytes))
    stowed = await asyncio.to_thread(store.stow, file.file)
    try:
        async with _sniffing:
            sniffed = await asyncio.to_thread(sniff, stowed.path)
        workspace_id, content_type = caller.workspace_id, sniffed.content_type
        await asyncio.to_thread(store.bring, workspace_id, stowed, content_type)
        yield Received(stowed, sniffed)
    finally:
        stowed.drop()


def _limit(max_bytes: int) -> str:
    return f"A file may weigh {max_bytes:,} bytes."
