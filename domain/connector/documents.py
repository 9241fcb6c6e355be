"""What it means in our words that a server does not show a public document.

429, 503 with Retry-After          RateLimited
401                                GrantExpired
404, 410                           Missing
other 3xx and 4xx                  Refused
5xx                                Unavailable
"""

from domain.connector.errors import (
    GrantExpired,
    Missing,
    NetworkError,
    RateLimited,
    Refused,
    Unavailable,
)
from domain.connector.http import Reply
from domain.connector.rates import waits_until


def refusal_of(reply: Reply) -> NetworkError:
    said = str(reply.status)
    if reply.status == 429 or (reply.status == 503 and "retry-after" in reply.headers):
        until = waits_until(reply.headers)
        return RateLimited("The server asks us to slow down.", until=until, said=said)
    if reply.status >= 500:
        return Unavailable("The server is out of order.", said=said)
    if reply.status == 401:
        return GrantExpired("The document asks for a login.", said=said)
    if reply.status in {404, 410}:
        return Missing("The document is gone.", said=said)
    return Refused("The server refuses to show it.", said=said)
