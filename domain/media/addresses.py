"""Addresses at which networks fetch a file: of one file, for a day, opened by nothing else.

An address holds which file it is of and until when, sealed under the ring's newest key: it tells
nobody anything, needs no cookie, and none is kept. There is one only where PUBLIC_URL can be
reached from outside.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from domain.kernel.errors import NotFound
from domain.kernel.sealing import KeyRing, SealBroken

PATH = "/files"
LASTS = timedelta(days=1)
"""As long as Meta keeps a post that is not published yet."""
_PLACE = "media.address"
_ID, _MOMENT = 16, 8
_LOCAL = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".test")


class Addressed(NamedTuple):
    """The file that an address is of."""

    workspace_id: UUID
    media_id: UUID


def address_of(
    public_url: str, keys: KeyRing, workspace_id: UUID, media_id: UUID, *, now: datetime
) -> str | None:
    """None where nobody outside reaches PUBLIC_URL, as far as its name tells."""
    if not _is_public(public_url):
        return None
    until = int((now + LASTS).timestamp()).to_bytes(_MOMENT, "big")
    sealed = keys.seal(workspace_id.bytes + media_id.bytes + until, place=_PLACE)
    return f"{public_url}{PATH}/{urlsafe_b64encode(sealed).decode().rstrip('=')}"


def addressed(token: str, keys: KeyRing, *, now: datetime) -> Addressed:
    """Raises `NotFound`, the same for what was never an address and for one that has ended."""
    try:
        sealed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        told = keys.open(sealed, place=_PLACE)
    except (Error, SealBroken, ValueError):
        raise NotFound("media") from None
    until = int.from_bytes(told[2 * _ID :], "big")
    if now >= datetime.fromtimestamp(until, UTC):
        raise NotFound("media")
    return Addressed(UUID(bytes=told[:_ID]), UUID(bytes=told[_ID : 2 * _ID]))


def _is_public(public_url: str) -> bool:
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    if parts.scheme != "https" or "." not in host or host.endswith(_LOCAL):
        return False
    try:
        return ip_address(host).is_global
    except ValueError:
        return True
