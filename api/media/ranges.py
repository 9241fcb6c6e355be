"""Parts of a file that are asked for: what is not understood is passed over (RFC 9110, 14.2)."""

import re

from fastapi import Request

from domain.kernel.errors import RangeOutside

# No file has as many bytes as 18 digits say, and numbers of thousands are not even read.
_RANGE = r"(?:\d{1,18}-\d{0,18}|-\d{1,18})"
RANGES = re.compile(rf"bytes=({_RANGE}(\s*,\s*{_RANGE})*)", re.ASCII | re.IGNORECASE)
HEADER = b"range"


def keep_ranges(request: Request, size_bytes: int) -> None:
    """Leaves in the request those that lie in the file, for the answer to serve.

    Raises `RangeOutside` when all begin behind its end.
    """
    sent = request.headers.get("range")
    if sent is None:
        return
    asked = _read(sent.strip())
    inside = [each for each in asked if _begins(each, size_bytes)]
    if asked and not inside and "if-range" not in request.headers:
        raise RangeOutside(size_bytes)
    rest = [pair for pair in request.scope["headers"] if pair[0] != HEADER]
    kept = [(HEADER, f"bytes={','.join(inside)}".encode())] if inside else []
    request.scope["headers"] = [*rest, *kept]


def _read(sent: str) -> list[str]:
    """Each range as it was written; none when one of them is none."""
    found = RANGES.fullmatch(sent)
    asked = [each.strip() for each in found[1].split(",")] if found else []
    return asked if all(map(_is_forward, asked)) else []


def _is_forward(asked: str) -> bool:
    first, _, last = asked.partition("-")
    return not (first and last) or int(first) <= int(last)


def _begins(asked: str, size_bytes: int) -> bool:
    """Whether it has a byte of the file: `-0` has none."""
    first, _, last = asked.partition("-")
    return int(first) < size_bytes if first else int(last) > 0
