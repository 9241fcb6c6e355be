"""Headers that answers carry: `Link` on pages, `ETag` on things that have a version."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response

from domain.kernel.shapes import Page


def link_next(request: Request, response: Response, page: Page[Any]) -> None:
    """Adds `Link: <…>; rel="next"` where there is a next page."""
    if not page.page.has_more or page.page.next_cursor is None:
        return
    query = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"]
    query.append(("cursor", page.page.next_cursor))
    url = f"{request.url.path}?{urlencode(query)}"
    response.headers["Link"] = f'<{url}>; rel="next"'


def tag(response: Response, version: int) -> None:
    response.headers["ETag"] = f'"{version}"'
