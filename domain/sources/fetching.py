"""How sources are fetched: only when they changed, by the one way out, and never endless."""

import asyncio
from collections.abc import Awaitable, Callable

from pydantic import TypeAdapter, ValidationError

from domain.connector.documents import AS_IT_WAS, fetch_changed
from domain.connector.errors import Refused
from domain.connector.http import Http, Reply
from domain.posts.fields import Link
from domain.sources.reading import NothingToReadError, bytes_told, is_pdf, text_of
from domain.sources.shapes import Asked, Found, Reading

ACCEPT = (
    "text/html, application/xhtml+xml, application/atom+xml, application/rss+xml, "
    "application/feed+json, */*;q=0.1"
)


ADDRESS: TypeAdapter[str] = TypeAdapter(Link)


Words = Callable[[bytes], Awaitable[str]]
"""Reads a PDF document where it can do no harm; nothing where it shows no words."""


async def fetch(http: Http, asked: Asked, words: Words) -> Reading:
    """What the page says, read beside the event loop, and where it is now.

    Raises `NetworkError`.
    """
    reply = await fetch_changed(
        http, asked.url, accept=ACCEPT, etag=asked.etag, modified=asked.modified
    )
    found = None if reply.status == AS_IT_WAS else await _found(reply, asked.entry, words)
    return Reading(found, _moved_to(reply))


async def _found(reply: Reply, entry: str, words: Words) -> Found:
    kind = reply.headers.get("content-type", "")
    try:
        if not entry and is_pdf(reply.body, kind):
            text = await words(reply.body) or bytes_told(reply.body)
        else:
            text = await asyncio.to_thread(text_of, reply.body, kind, entry)
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


def _moved_to(reply: Reply) -> str | None:
    """None also for what could not be named as a source."""
    try:
        return ADDRESS.validate_python(reply.moved_to)
    except ValidationError:
        return None
