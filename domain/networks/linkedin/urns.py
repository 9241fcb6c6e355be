"""URNs: LinkedIn's names of people, organisations, posts and comments, and where people see them.

In paths and queries they stand percent-encoded, the signs of Rest.li around them as they are
(https://linkedin.github.io/rest.li/spec/protocol, 2.0.0, read 2026-11-28).
"""

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote

WEB = "https://www.linkedin.com"
PERSON, ORGANIZATION = "urn:li:person:", "urn:li:organization:"
_COMMENT = re.compile(r"urn:li:comment:\((?P<object>[\w:-]+),(?P<id>\d+)\)")
_SHORT = re.compile(r"(?:urn:li:)?(?P<kind>activity|share|ugcPost):(?P<id>\d+)")
_POST = re.compile(r"urn:li:(?:share|ugcPost|activity):\d+")
_ACTOR = re.compile(r"urn:li:(?:person|organization):[\w-]+")


class Comment(NamedTuple):
    """What a comment's URN holds: what it stands under, and its number there."""

    object: str
    id: str

    @property
    def urn(self) -> str:
        return f"urn:li:comment:({self.object},{self.id})"


def encoded(urn: str) -> str:
    return quote(urn, safe="")


def listed(urns: Iterable[str]) -> str:
    """Rest.li's list of URNs, as it stands in a query."""
    return f"List({','.join(map(encoded, urns))})"


def author_urn(typed: str) -> str:
    """The URN of an author that is given by it, or of an organisation by number or address."""
    number = typed.strip().rstrip("/").rpartition("/")[2]
    return f"{ORGANIZATION}{number}" if number.isdecimal() else typed.strip()


def number_of(urn: str) -> str:
    return urn.rpartition(":")[2]


def comment_of(urn: str) -> Comment | None:
    """None where it names no comment; some answers leave `urn:li:` out within."""
    found = _COMMENT.fullmatch(urn)
    under = found and _SHORT.fullmatch(found["object"])
    if not found or not under:
        return None
    return Comment(f"urn:li:{under['kind']}:{under['id']}", found["id"])


def post_in(text: str) -> str | None:
    """The first URN of a post that a text names."""
    found = _POST.search(text)
    return found[0] if found else None


def actor_in(text: str) -> str | None:
    """The first URN of a person or an organisation that a text names."""
    found = _ACTOR.search(text)
    return found[0] if found else None


def url_of(urn: str) -> str:
    """Where people see a post or a comment."""
    comment = comment_of(urn)
    if comment is None:
        return f"{WEB}/feed/update/{urn}/"
    return f"{WEB}/feed/update/{comment.object}/?commentUrn={encoded(urn)}"
