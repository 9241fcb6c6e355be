"""How calendars of others are fetched: only when they changed, and never endless."""

import asyncio
from datetime import datetime

from domain.connector.documents import refusal_of
from domain.connector.errors import Refused
from domain.connector.http import Call, Http
from domain.occasions.reading import NotACalendar, read_document
from domain.occasions.rules import AHEAD, BACK
from domain.occasions.shapes import Asked, Document

ACCEPT = "text/calendar, text/plain;q=0.5, */*;q=0.1"
MOST_HOPS = 5
MOST_BYTES = 2_000_000


async def fetch(http: Http, asked: Asked, *, now: datetime) -> Document | None:
    """The calendar, read beside the event loop; None while it is as it was.

    Raises `NetworkError`.
    """
    headers = {"accept": ACCEPT}
    if asked.etag:
        headers["if-none-match"] = asked.etag
    if asked.modified:
        headers["if-modified-since"] = asked.modified
    reply = await http(Call("GET", asked.url, headers=headers, redirects=MOST_HOPS))
    if reply.status == 304:
        return None
    if reply.status not in {200, 203}:
        raise refusal_of(reply)
    if len(reply.body) > MOST_BYTES:
        raise Refused("The calendar is too large.", code="outbound.answer_too_large")
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
