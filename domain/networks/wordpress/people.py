"""Who comments: users of the site by their id, guests by their picture, which is their mail's."""

import re

from pydantic import JsonValue

from domain.connector.dialects.moments import number
from domain.connector.words import Profile
from domain.networks.wordpress.answers import Comment

_NOBODY = "Anonymous"
_BEHIND = re.compile(r"[?#]")
"""Where the path of an address ends."""


def author_of(comment: Comment) -> Profile:
    name = comment.author_name.strip()
    picture = avatar(comment.author_avatar_urls)
    return Profile(
        remote_id=comment.author if comment.author != "0" else _guest(name, picture),
        handle=name or _NOBODY,
        display_name=name or None,
        url=comment.author_url or None,
        avatar_url=picture,
    )


def avatar(told: JsonValue) -> str | None:
    """The largest picture; sites may show none."""
    if not isinstance(told, dict):
        return None
    sizes = {size: url for name, url in told.items() if (size := number(name)) is not None}
    largest = sizes[max(sizes)] if sizes else None
    return largest if isinstance(largest, str) and largest.startswith("http") else None


def _guest(name: str, picture: str | None) -> str:
    """A guest has no id: the picture's address holds a hash of the mail, the same each time."""
    hashed = _BEHIND.split(picture)[0].rpartition("/")[2] if picture else ""
    return f"guest:{hashed or name or _NOBODY}"
