"""Public documents, asked for only when they changed; in our words, why a server shows none.

429, 503 with Retry-After          RateLimited
401                                GrantExpired
404                                Missing
410                                Gone
other 3xx and 4xx                  Refused
5xx, 408                           Unavailable
"""

from domain.connector.errors import (
    Gone,
    GrantExpired,
    Missing,
    NetworkError,
    RateLimited,
    Refused,
    Unavailable,
)
from domain.connector.http import Call, Http, Reply
from domain.connector.rates import is_shut, waits_until

AS_IT_WAS = 304
MOST_HOPS = 5
MOST_BYTES = 2_000_000


async def fetch_changed(http: Http, url: str, *, accept: str, etag: str, modified: str) -> Reply:
    """The document; of one that is as it was, only that (`AS_IT_WAS`). Raises `NetworkError`."""
    headers = conditions(accept, etag, modified)
    reply = await http(Call("GET", url, headers=headers, redirects=MOST_HOPS))
    if reply.status not in {200, 203, AS_IT_WAS}:
        raise refusal_of(reply)
    if len(reply.body) > MOST_BYTES:
        raise Refused("The document is too large.", code="outbound.answer_too_large")
    return reply


def conditions(accept: str, etag: str, modified: str) -> dict[str, str]:
    """The headers of a question; what was told with the last answer is empty at first."""
    headers = {"accept": accept}
    if etag:
        headers["if-none-match"] = etag
    if modified:
        headers["if-modified-since"] = modified
    return headers


def refusal_of(reply: Reply) -> NetworkError:
    said = str(reply.status)
    if is_shut(reply):
        until = waits_until(reply)
        return RateLimited("The server asks us to slow down.", until=until, said=said)
    if reply.is_broken:
        return Unavailable("The server is out of order.", said=said)
    if reply.status == 401:
        return GrantExpired("The document asks for a login.", said=said)
    if reply.status == 410:
        return Gone("The document is gone for good.", said=said)
    if reply.status == 404:
        return Missing("The document is gone.", said=said)
    return Refused("The server refuses to show it.", said=said)
