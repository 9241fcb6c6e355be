"""The bearer value: `pv_live_`, the workspace id, a random secret and a checksum, base 62.

The workspace stands in clear, so that the tenant is known before anything is looked up; the
prefix and the checksum let secret scanners know one without asking us.
"""

import secrets
import zlib
from uuid import UUID

PREFIX = "pv_live_"
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
WORKSPACE_LENGTH, SECRET_LENGTH, CHECKSUM_LENGTH = 22, 32, 6
LENGTH = len(PREFIX) + WORKSPACE_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH


def make_bearer(workspace_id: UUID) -> str:
    """A new bearer value with 190 bits of chance."""
    secret = "".join(secrets.choice(DIGITS) for _ in range(SECRET_LENGTH))
    body = PREFIX + _encode(workspace_id.int, WORKSPACE_LENGTH) + secret
    return body + _checksum(body)


def workspace_of(bearer: str) -> UUID | None:
    """The workspace a bearer value names; None when it cannot be one of ours."""
    body, checksum = bearer[:-CHECKSUM_LENGTH], bearer[-CHECKSUM_LENGTH:]
    if len(bearer) != LENGTH or not bearer.startswith(PREFIX) or _checksum(body) != checksum:
        return None
    digits = bearer[len(PREFIX) : len(PREFIX) + WORKSPACE_LENGTH]
    try:
        return UUID(int=_decode(digits))
    except ValueError:
        return None


def _encode(number: int, length: int) -> str:
    digits = ""
    for _ in range(length):
        number, rest = divmod(number, len(DIGITS))
        digits = DIGITS[rest] + digits
    return digits


def _decode(digits: str) -> int:
    number = 0
    for digit in digits:
        number = number * len(DIGITS) + DIGITS.index(digit)
    return number


def _checksum(body: str) -> str:
    return _encode(zlib.crc32(body.encode()), CHECKSUM_LENGTH)
