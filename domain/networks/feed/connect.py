"""A feed needs no login: connecting finds it, reads it once and keeps its address."""

from datetime import datetime
from urllib.parse import urlsplit

from domain.connector.errors import Refused, Unavailable
from domain.connector.http import Http
from domain.connector.words import Access, Connected, Grant, Login, Profile
from domain.networks.feed.discover import feed_of_page
from domain.networks.feed.entries import Feed, NotAFeed
from domain.networks.feed.wire import fetch, read_feed

OPEN_TO_ALL = Grant(access="public")


async def connect(http: Http, login: Login, *, now: datetime) -> Connected:  # noqa: ARG001 - the port's signature
    url = _address(login.fields.get("url", ""))
    fetched = await fetch(http, url)
    try:
        feed = await read_feed(fetched)
    except NotAFeed as error:
        named = feed_of_page(fetched.reply.text, fetched.reply.url)
        if named is None:
            raise _nothing() from error
        fetched = await fetch(http, named)
        try:
            feed = await read_feed(fetched)
        except NotAFeed as again:
            raise _nothing() from again
    return Connected(server=fetched.url, profile=_profile(feed, fetched.url), grant=OPEN_TO_ALL)


async def refresh(http: Http, access: Access, *, now: datetime) -> Grant | None:  # noqa: ARG001 - the port's signature
    return None


async def check(http: Http, access: Access) -> Profile:
    fetched = await fetch(http, access.server)
    try:
        return _profile(await read_feed(fetched), access.remote_id)
    except NotAFeed as error:
        raise Unavailable("What the address shows now is no feed.") from error


def _address(typed: str) -> str:
    """The address as it was meant: `feed:` and missing schemes are mended."""
    address = typed.strip()
    for scheme in ("feed://", "feed:"):
        if address.lower().startswith(scheme):
            address = address[len(scheme) :]
    if not address:
        raise Refused("The feed's address is missing.", code="network.login_incomplete")
    return address if "://" in address else f"https://{address}"


def _profile(feed: Feed, url: str) -> Profile:
    parts = urlsplit(url)
    return Profile(
        remote_id=url,
        handle=f"{parts.netloc}{parts.path}".rstrip("/"),
        display_name=feed.title,
        url=feed.url,
    )


def _nothing() -> Refused:
    return Refused("There is no feed at this address.", code="network.no_feed")
