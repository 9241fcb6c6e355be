"""The way out, as a port: a connector makes `Call` values and reads `Reply` values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class FilePart:
    """One file of a multipart body."""

    name: str
    file_name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a network. At most one of `json`, `form` (with `files`), `content` is set."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: tuple[tuple[str, str], ...] = ()
    json: JsonValue = None
    form: tuple[tuple[str, str], ...] = ()
    files: tuple[FilePart, ...] = ()
    content: bytes | None = None
    redirects: int = 0
    """How many redirects may be followed; each target is vetted like the first."""
    after: timedelta = timedelta(0)
    """How long the way out waits before it makes the call: the network works on something."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a network answered; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    """Where the answer came from, after redirects."""
    moved_to: str | None = None
    """Where the server says that the address is for good; None: it says nothing of the kind."""
    received_at: datetime | None = None
    """By our clock, where the way out noted it."""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_broken(self) -> bool:
        """Whether something failed on the way or over there, whatever was asked.

        408 comes from what stands before a server, of a call that did not come whole in time.
        """
        return self.status >= 500 or self.status == 408

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> JsonValue:
        """The body as JSON. Raises `ValueError` when it is none."""
        value: JsonValue = json.loads(self.body)
        return value


class Http(Protocol):
    """Sends one call and returns the answer, whatever its status.

    Raises `Unavailable` when the call surely did not reach the network (no connection, refused
    address, spent budget) and `OutcomeUnknown` when it may have (time-out, reset, cut answer).
    """

    async def __call__(self, call: Call) -> Reply: ...
