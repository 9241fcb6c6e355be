"""How sources are fetched: only when they changed, by the one way out, and never endless."""

import asyncio

from domain.connector.documents import fetch_changed
from domain.connector.errors import Refused
from domain.connector.http import Http
from domain.sources.reading import NothingToReadError, text_of
from domain.sources.shapes import Asked, Found

ACCEPT = (
    "text/html, application/xhtml+xml, application/atom+xml, application/rss+xml, "
    "application/feed+json, */*;q=0.1"
)


async def fetch(http: Http, asked: Asked) -> Found | None:
    """What the page says, read beside the event loop; None while it is as it was.

    Raises `NetworkError`.
    """
    reply = await fetch_changed(
        http, asked.url, accept=ACCEPT, etag=asked.etag, modified=asked.modified
    )
    if reply is None:
        return None
    kind = reply.headers.get("content-type", "")
    try:
        text = await asyncio.to_thread(text_of, reply.body, kind, asked.entry)
    except NothingToReadError as error:
        raise Refused(
            "The address shows nothing that can be watched.",
            code="network.no_text",
            said=str(error),
        ) from error
    return Found(
        text=text,
        etag=reply.headers.get("etag", ""),
        modified=reply.headers.get("last-modified", ""),
    )
