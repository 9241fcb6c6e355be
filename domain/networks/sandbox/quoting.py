"""What a post quotes: another post of the same sandbox, by the address people see it at.

Workers may reach the sandbox at another origin than people do; its path is the same for both.
"""

import re
from urllib.parse import urlsplit

ADDRESSES = r"https?://[^\s?#]+/posts/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PLACE = re.compile(r"https?://[^\s/?#]+(?P<home>[^\s?#]*)/posts/(?P<id>[0-9a-f-]{36})")


def quoted(root: str, address: str | None) -> str | None:
    """The id of the post at an address; None where no post of this sandbox can be there."""
    found = _PLACE.fullmatch(address or "")
    if found is None or found["home"] != urlsplit(root).path:
        return None
    return found["id"]
