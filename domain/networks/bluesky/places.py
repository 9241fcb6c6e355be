"""Addresses of things: at:// URIs, record keys, and where people see them."""

import hashlib
from datetime import datetime

POSTS = "app.bsky.feed.post"
ADDRESSES = r"https://bsky\.app/profile/[\w.:%-]+/post/[\w.~-]+"
"""Where people see posts, as a regular expression."""
_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"


def record_key(key: str, part: int, now: datetime) -> str:
    """A TID (https://atproto.com/specs/tid, read 2026-11-22) for one message of a delivery.

    It lies in the last second before `now`, later messages later; the delivery's key picks the
    microsecond and the clock id, so that two deliveries do not meet.
    """
    digest = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    clock_id, offset = digest % 1024, (digest >> 10) % 900_000
    micros = int(now.timestamp() * 1_000_000) - 1_000_000 + offset + part
    value = micros << 10 | clock_id
    return "".join(_SORTABLE[value >> shift & 31] for shift in range(60, -1, -5))


def key_of(uri: str) -> str:
    return uri.rsplit("/", 1)[-1]


def repository_of(uri: str) -> str:
    return uri.removeprefix("at://").split("/", 1)[0]


def post_uri(did: str, key: str) -> str:
    return f"at://{did}/{POSTS}/{key}"


def profile_url(did: str) -> str:
    return f"https://bsky.app/profile/{did}"


def post_url(uri: str) -> str | None:
    """Where people see a post, None for other records."""
    if f"/{POSTS}/" not in uri:
        return None
    return f"{profile_url(repository_of(uri))}/post/{key_of(uri)}"
