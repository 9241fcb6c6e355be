"""Fills a draft's link card from the page it leads to; a silent page holds nothing up."""

import asyncio
from dataclasses import replace

from domain.connector.cards import card_of
from domain.connector.charsets import decoded
from domain.connector.errors import NetworkError
from domain.connector.http import Call, Http, Reply
from domain.connector.manifest import Manifest
from domain.connector.words import Draft, Link, Part

PATIENCE_S = 3.0
MOST_HOPS = 3
_PAGES = ("text/html", "application/xhtml+xml")


async def with_cards(http: Http, manifest: Manifest, draft: Draft, *, patience_s: float) -> Draft:
    """The draft with what the linked pages say of themselves, where the network shows cards."""
    if not manifest.has_link_cards:
        return draft
    parts = [await _filled(http, part, patience_s) for part in draft.parts]
    return replace(draft, parts=tuple(parts))


async def _filled(http: Http, part: Part, patience_s: float) -> Part:
    if part.link is None or part.link.title or part.media:
        return part
    return replace(part, link=await _card(http, part.link, patience_s))


async def _card(http: Http, link: Link, patience_s: float) -> Link:
    call = Call("GET", link.url, headers={"accept": ", ".join(_PAGES)}, redirects=MOST_HOPS)
    try:
        async with asyncio.timeout(patience_s):
            reply = await http(call)
    except (NetworkError, TimeoutError):
        return link
    kind, _, rest = reply.headers.get("content-type", "").lower().partition(";")
    if not reply.is_success or kind.strip() not in _PAGES:
        return link
    return card_of(_text(reply, rest), link.url)


def _text(reply: Reply, parameters: str) -> str:
    return decoded(reply.body, parameters.partition("charset=")[2].strip(" \"'"))
