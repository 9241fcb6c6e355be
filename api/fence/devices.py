"""The cookie of a known device: proof that somebody proved from this browser who they are.

    <id of the device, 32 hexadecimal digits>.<mark>.<mark>…      newest first

A mark binds the device to one account under a key of the ring. Its failures are counted apart
from those of strangers at the same address, so that strangers cannot lock it out. It opens
nothing: whoever steals it has no more than tries of their own.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode

from domain.kernel.sealing import KeyRing

PURPOSE = "known device"
MOST_MARKS = 5
ID_BYTES, MARK_BYTES = 16, 16
LONGEST = 2 * ID_BYTES + MOST_MARKS * 23


def known_device(keys: KeyRing, cookie: str, account: str) -> str | None:
    """The device's id, when the account proved itself from there before."""
    device, *marks = cookie[:LONGEST].split(".")
    wanted = [_mark(digest) for digest in keys.digests(PURPOSE, f"{device} {account}")]
    known = [mark for mark in marks for each in wanted if hmac.compare_digest(mark, each)]
    return device if known else None


def remember_device(keys: KeyRing, cookie: str, account: str) -> str:
    """The cookie that knows the account too; at most five, the newest first."""
    device, *marks = cookie[:LONGEST].split(".")
    if len(device) != 2 * ID_BYTES:
        device, marks = secrets.token_hex(ID_BYTES), []
    mark = _mark(keys.digest(PURPOSE, f"{device} {account}"))
    return ".".join([device, mark, *(each for each in marks if each != mark)][: MOST_MARKS + 1])


def _mark(digest: bytes) -> str:
    return urlsafe_b64encode(digest[:MARK_BYTES]).rstrip(b"=").decode()
