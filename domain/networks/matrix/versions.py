"""Which versions of the specification a homeserver speaks, told to anybody who asks.

A server lists every version that it speaks, by names such as `r0.6.1` and `v1.3`; relations came
with 1.3 (https://spec.matrix.org/v1.3/changelog/, read 2026-11-27).
"""

import re

from domain.connector.errors import Refused
from domain.connector.http import Http
from domain.networks.matrix.answers import Versions
from domain.networks.matrix.wire import Server

VERSIONS = "/_matrix/client/versions"
NEEDED = (1, 3)
"""What is newer, the size of files by 1.11, we do without where it fails."""
TOO_OLD = "network.server_too_old"
_NAME = re.compile(r"v(\d{1,4})\.(\d{1,4})")


async def ensure_new_enough(http: Http, root: str) -> None:
    """Raises `Refused`: before the server is shown any secret."""
    try:
        told = (await Server(http, root).read(VERSIONS, Versions)).versions
    except Refused as error:
        raise Refused("There is no Matrix server at this address.", said=error.said) from error
    if max(map(_number, told), default=(0, 0)) >= NEEDED:
        return
    needed, spoken = ".".join(map(str, NEEDED)), ", ".join(told)[:500]
    message = f"The server is too old: Parvis needs one that speaks Matrix {needed} or newer."
    raise Refused(message, said=spoken, code=TOO_OLD)


def _number(name: str) -> tuple[int, int]:
    """Of what is older than 1.0, or no version of the specification: less than any."""
    found = _NAME.fullmatch(name)
    return (int(found[1]), int(found[2])) if found else (0, 0)
