"""Files of posts: the caller is known before a byte is read, and no more is read than may come."""

from fastapi import Request, Response

from api.keys import Once
from api.pointing import Handler
from api.routes import TransactionRoute
from api.state import state_of
from api.weighing import weighed
from domain.kernel.caller import Scope
from domain.kernel.errors import BodyUnsupported, ImportTooLarge
from domain.kernel.lines import FileFormat

FORMATS = {
    "text/csv": FileFormat.CSV,
    "application/x-ndjson": FileFormat.JSONL,
    "application/jsonl": FileFormat.JSONL,
}


class FileRoute(TransactionRoute):
    """A route that reads a whole file before its transaction begins."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def read_first(request: Request) -> Response:
            state = state_of(request)
            caller = await state.tokens.caller(request.headers.get("authorization"), request.scope)
            caller.need(Scope.POSTS_WRITE)
            format_of(request)
            most = state.settings.import_max_bytes
            too_large = ImportTooLarge(f"A file may weigh {most:,} bytes.")
            announced = request.headers.get("content-length", "")
            if announced.isdecimal() and int(announced) > most:
                raise too_large
            bounded = Once(request.scope, weighed(request.receive, most, too_large))
            await bounded.body()
            return await handle(bounded)

        return read_first


def format_of(request: Request) -> FileFormat:
    """What the file says it is. Raises `BodyUnsupported`."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    found = FORMATS.get(content_type)
    if found is None:
        raise BodyUnsupported
    return found
