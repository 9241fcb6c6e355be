"""How calendars of others are fetched: only when they changed, and never endless."""

import asyncio
from datetime import datetime

from domain.connector.documents import AS_IT_WAS, fetch_changed
from domain.connector.errors import Refused
from domain.connector.http import Http
from domain.occasions.reading import NotACalendar, read_document
from domain.occasions.rules import AHEAD, BACK
from domain.occasions.shapes import Asked, Document

ACCEPT = "text/calendar, text/plain;q=0.5, */*;q=0.1"


async def fetch(http: Http, asked: Asked, *, now: datetime) -> Document | None:
    """The calendar, read beside the event loop; None while it is as it was.

    Raises `NetworkError`.
    """
    reply = await fetch_changed(
        http, asked.url, accept=ACCEPT, etag=asked.etag, modified=asked.modified
    )
    if reply.status == AS_IT_WAS:
        return None
    window = now - BACK, now + AHEAD
    try:
        found = await asyncio.to_thread(read_document, reply.body, asked.time_zone, window)
    except NotACalendar as error:
        raise Refused(
            "What the address shows is no calendar.", code="network.no_feed", said=str(error)
        ) from error
    return Document(
        found=found,
        etag=reply.headers.get("etag", ""),
        modified=reply.headers.get("last-modified", ""),
    )
