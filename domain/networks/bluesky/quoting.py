"""Posts that a post quotes: found by the address people see them at.

https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/embed/record.json and
recordWithMedia.json, read 2026-11-27.
"""

import re

from pydantic import JsonValue

from domain.connector.errors import Missing, Refused
from domain.networks.bluesky.answers import Posts, Resolved
from domain.networks.bluesky.places import post_uri
from domain.networks.bluesky.records import post_record
from domain.networks.bluesky.wire import Pds

_PLACE = re.compile(r"https://bsky\.app/profile/([\w.:%-]+)/post/([\w.~-]+)")
_RECORD = "app.bsky.embed.record"


async def quoted(pds: Pds, own: str, address: str | None) -> JsonValue:
    """The embed that shows the post at an address; None where no post can be there.

    A post of the account `own` is asked of its server: the AppView shows it seconds later only.
    Raises `Missing` when it is gone, `Refused` when its author lets nobody quote it.
    """
    place = _PLACE.fullmatch(address or "")
    if place is None:
        return None
    who, key = place.groups()
    account = await _account(pds, who)
    if account == own:
        stands = await post_record(pds, account, key)
        return _shown(stands.uri, stands.cid)
    uri = post_uri(account, key)
    found = (await pds.query("app.bsky.feed.getPosts", [("uris", uri)], Posts)).posts
    if not found:
        raise Missing("The post to quote is no longer there.")
    if found[0].viewer.embedding_disabled:
        raise Refused("Its author lets nobody quote this post.", code="network.quote_refused")
    return _shown(found[0].uri, found[0].cid)


def is_post(address: str | None) -> bool:
    """Whether a post can be there."""
    return bool(_PLACE.fullmatch(address or ""))


def beside(media: JsonValue, quote: JsonValue) -> JsonValue:
    """One embed of both, either or none."""
    if quote is None or media is None:
        return media if quote is None else quote
    return {"$type": "app.bsky.embed.recordWithMedia", "record": quote, "media": media}


def _shown(uri: str, cid: str) -> JsonValue:
    return {"$type": _RECORD, "record": {"uri": uri, "cid": cid}}


async def _account(pds: Pds, who: str) -> str:
    if who.startswith("did:"):
        return who
    parameters = [("handle", who)]
    return (await pds.query("com.atproto.identity.resolveHandle", parameters, Resolved)).did
