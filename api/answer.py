"""An answer as bytes, for the reads that go the short way in."""

from typing import NamedTuple

Headers = list[tuple[bytes, bytes]]


class Answer(NamedTuple):
    status: int
    headers: Headers
    body: bytes
    version: int | None = None
    """Of a 304, the workspace's: while it stays, so does the answer."""
