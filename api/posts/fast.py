"""The calendar window on the short way in: a window that was asked for before is known."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl

from starlette.types import Scope

from api.answer import Answer
from api.known import Known
from api.paging import next_of
from api.state import State
from domain.kernel.pages import PageRequest
from domain.posts.window import Window, read_window

PATH = "/v1/entries"
JSON = (b"content-type", b"application/json")


class Asked(NamedTuple):
    window: Window
    page: PageRequest


KNOWN = Known[Asked]()


async def read_again(state: State, scope: Scope, sent: Mapping[bytes, bytes]) -> Answer | None:
    """The entries of a window that was asked for before; None for any other."""
    asked = KNOWN.get(scope["query_string"])
    if asked is None:
        return None
    caller = await state.tokens.caller(sent[b"authorization"].decode("latin-1"), scope)
    found = await read_window(state.database, caller, *asked)
    headers = [JSON]
    if found.next_cursor is not None:
        pairs = parse_qsl(scope["query_string"].decode("ascii"), keep_blank_values=True)
        headers.append((b"link", next_of(PATH, pairs, found.next_cursor).encode()))
    return Answer(200, headers, found.body)
