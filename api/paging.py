"""Headers that answers carry: `Link` on pages, `ETag` on versions, `Location` on what is new."""

from collections.abc import Iterable
from typing import Protocol, TypeVar
from urllib.parse import urlencode

from fastapi import Request, Response

from domain.kernel.shapes import Page, View

Item = TypeVar("Item")


class Versioned(Protocol):
    @property
    def version(self) -> int: ...


Shown = TypeVar("Shown", bound=Versioned)
READABLE = (
    *("Accept-Ranges", "Allow", "Content-Disposition", "Content-Range", "ETag"),
    *("Idempotent-Replayed", "Link", "Location", "Preference-Applied"),
    *("RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate", "X-Request-Id"),
    *("Parvis-Media-Id", "Upload-Expires", "Upload-Length", "Upload-Offset"),
    *("Tus-Checksum-Algorithm", "Tus-Extension", "Tus-Max-Size", "Tus-Resumable", "Tus-Version"),
)
"""What pages of other origins may read of them."""


def linked(request: Request, response: Response, page: Page[Item]) -> Page[Item]:
    """The page, with `Link: <…>; rel="next"` where there is a next one."""
    link_cursor(request, response, page.page.next_cursor if page.page.has_more else None)
    return page


def link_cursor(request: Request, response: Response, cursor: str | None) -> None:
    """The same for a page that is JSON already."""
    if cursor is not None:
        pairs = request.query_params.multi_items()
        response.headers["Link"] = next_of(request.url.path, pairs, cursor)


def next_of(path: str, pairs: Iterable[tuple[str, str]], cursor: str) -> str:
    """The link of a page that was asked for by `pairs` to the next one."""
    query = [(name, value) for name, value in pairs if name != "cursor"]
    return f'<{path}?{urlencode([*query, ("cursor", cursor)])}>; rel="next"'


def tagged(response: Response, view: Shown) -> Shown:
    """The view, with its version as `ETag`."""
    tag(response, view.version)
    return view


def tag(response: Response, version: int) -> None:
    response.headers["ETag"] = f'"{version}"'


def located(response: Response, path: str, view: View) -> None:
    """Adds `Location`: the list's path and the id that the view shows."""
    response.headers["Location"] = f"{path}/{view.model_dump(mode='json', include={'id'})['id']}"
