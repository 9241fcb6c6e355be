"""How a one-time link looks. Standard library only: `up` makes one too."""

import secrets
from urllib.parse import urlencode

PREFIX = "pv_link_"
PATH = "/link"


def new_token() -> str:
    """192 bits of chance; the prefix lets logs blot it out."""
    return PREFIX + secrets.token_hex(24)


def url_of(root: str, token: str) -> str:
    return f"{root}{PATH}?{urlencode({'token': token})}"
