"""Finds a site's REST api from the address of any of its pages.

https://developer.wordpress.org/rest-api/using-the-rest-api/discovery/, read 2026-11-26: a `Link`
header, else a `link` element, both with the relation `https://api.w.org/`.
"""

import re
from urllib.parse import urlsplit

from domain.connector.errors import Refused, Unavailable
from domain.connector.http import Call, Http
from domain.connector.links import joined
from domain.connector.markup import Tag, pieces
from domain.networks.wordpress.answers import Index
from domain.networks.wordpress.wire import REST, Server

_RELATION = "https://api.w.org/"
_RELATED = re.compile(rf"\brel=\"?{re.escape(_RELATION)}")
_MOST = 500_000
"""How much of a page is looked at, in characters."""
_PLAIN = "?rest_route="


async def find_api(http: Http, typed: str) -> str:
    """The root of the api, without a slash at its end.

    Raises `Refused` where there is none, or none that takes application passwords.
    """
    api = await _named(http, _spelled_out(typed))
    index = await Server(http, api).read(
        "/", Index, [("_fields", "name,home,namespaces,authentication")]
    )
    if REST.strip("/") not in index.namespaces:
        raise Refused("There is no REST api of WordPress at this address.")
    ways = index.authentication
    if not isinstance(ways, dict) or "application-passwords" not in ways:
        raise Refused("The site offers no application passwords; they need https.")
    return api


def site_of(api: str) -> str:
    """The root of the site, without a slash at its end."""
    return api.partition(_PLAIN)[0].removesuffix("/wp-json").removesuffix("index.php").rstrip("/")


async def _named(http: Http, page_url: str) -> str:
    page = await http(Call("GET", page_url, redirects=5))
    if page.is_broken:
        raise Unavailable("The site is out of order.", said=str(page.status))
    named = _linked(page.headers.get("link", "")) or _tagged(page.text[:_MOST])
    if named is None and page.status in (401, 403):
        raise Refused("The site does not show itself to us.", said=str(page.status))
    api = joined(page.url, named or f"{page.url.rstrip('/')}/wp-json")
    if api is None or not _is_beside(api, page.url):
        raise Refused("The page names an api on another host; give the address of the site itself.")
    return api.rstrip("/")


def _linked(header: str) -> str | None:
    for link in header.split(","):
        address, _, said = link.partition(";")
        if _RELATED.search(said):
            return address.strip(" <>")
    return None


def _tagged(html: str) -> str | None:
    for piece in pieces(html):
        if isinstance(piece, Tag) and piece.name == "link" and piece.attribute("rel") == _RELATION:
            return piece.attribute("href")
    return None


def _is_beside(api: str, page_url: str) -> bool:
    """The password goes to the host that a person named, and never from https down to http."""
    ours, theirs = urlsplit(page_url), urlsplit(api)
    return theirs.netloc == ours.netloc and theirs.scheme in (ours.scheme, "https")


def _spelled_out(typed: str) -> str:
    address = typed.strip()
    return address if "://" in address else f"https://{address}"
