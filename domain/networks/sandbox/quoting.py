"""What a post quotes: another post of the same sandbox, by the address people see it at."""

import re

ADDRESSES = r"https?://[^\s?#]+/posts/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PLACE = re.compile(r"/posts/([0-9a-f-]{36})")


def quoted(root: str, address: str | None) -> str | None:
    """The id of the post at an address; None where no post of this sandbox can be there."""
    if address is None or not address.startswith(root):
        return None
    found = _PLACE.fullmatch(address.removeprefix(root))
    return found[1] if found else None
