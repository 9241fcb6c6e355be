"""How feeds are fetched; what else their servers answer is read by `connector.documents`.

304                                nothing new
301, 308                           moved for good: where to ask next time
302, 303, 307                      followed, this time
"""

import asyncio
from dataclasses import dataclass

from domain.connector.documents import conditions, refusal_of
from domain.connector.errors import Gone, GrantExpired, Refused
from domain.connector.http import Call, Http, Reply
from domain.connector.links import joined
from domain.networks.feed.entries import Feed
from domain.networks.feed.parse import parse

MOST_HOPS = 5
MOST_BYTES = 5_000_000
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.1"
)
_FOR_GOOD = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer of 200 or 304, and the address to ask next time."""

    reply: Reply
    url: str

    @property
    def is_news(self) -> bool:
        return self.reply.status != 304

    @property
    def content_type(self) -> str:
        return self.reply.headers.get("content-type", "").lower()


async def fetch(http: Http, url: str, *, etag: str = "", modified: str = "") -> Fetched:
    """Asks for the document if it changed, and follows where the server points."""
    headers = conditions(_ACCEPT, etag, modified)
    kept, is_for_good = url, True
    for _ in range(MOST_HOPS + 1):
        reply = await http(Call("GET", url, headers=headers))
        location = reply.headers.get("location")
        if reply.status not in _REDIRECTS or not location:
            return Fetched(_wanted(reply), kept)
        url = _next(url, location)
        is_for_good = is_for_good and reply.status in _FOR_GOOD
        kept = url if is_for_good else kept
    raise Refused("The feed points around in circles.")


async def fetch_there_or_at_home(
    http: Http, url: str, home: str, *, etag: str, modified: str
) -> Fetched:
    """The document if it changed; one that moved for good and is gone there is asked for at home.

    Raises `GrantExpired` where it is gone for good: a feed has no grant, and stops as one that lost
    it does. A look once a day finds out if that was a mistake.
    """
    try:
        return await fetch(http, url, etag=etag, modified=modified)
    except Gone as error:
        gone = error
    try:
        if url != home:
            return await fetch(http, home)
    except Gone as error:
        gone = error
    message = "The feed's server says that it is gone for good."
    raise GrantExpired(message, code="network.feed_gone", said=gone.said) from gone


async def read_feed(fetched: Fetched) -> Feed:
    """The feed in an answer, read beside the event loop. Raises `NotAFeed` and `Refused`."""
    reply = fetched.reply
    if len(reply.body) > MOST_BYTES:
        raise Refused("The feed is too large.", code="outbound.answer_too_large")
    content_type = reply.headers.get("content-type", "")
    return await asyncio.to_thread(parse, reply.body, content_type, reply.url)


def _next(url: str, location: str) -> str:
    target = joined(url, location)
    if target is None:
        raise Refused("The feed points to an address that is none.")
    return target


def _wanted(reply: Reply) -> Reply:
    if reply.status in {200, 203, 304}:
        return reply
    raise refusal_of(reply)
