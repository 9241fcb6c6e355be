"""How sources are fetched: only when they changed, by the one way out, and never endless."""

import asyncio

from domain.connector.documents import refusal_of
from domain.connector.errors import Refused
from domain.connector.http import Call, Http
from domain.sources.reading import NothingToReadError, text_of
from domain.sources.shapes import Asked, Found

ACCEPT = "text/html, application/xhtml+xml, application/atom+xml, application/rss+xml, */*;q=0.1"
MOST_HOPS = 5
MOST_BYTES = 2_000_000


async def fetch(http: Http, asked: Asked) -> Found | None:
    """What the page says, read beside the event loop; None while it is as it was.

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
        raise Refused("The page is too large.", code="outbound.answer_too_large")
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
