"""Finds a message of ours among the account's own statuses: the words tell, and the place."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from domain.connector.dialects.moments import CLOCKS_DIFFER
from domain.connector.errors import OutcomeUnknown
from domain.connector.plain import plain
from domain.networks.mastodon.answers import Status, Statuses
from domain.networks.mastodon.wire import REST, Server

_PAGE = 40
_PAGES = 5
_HOST = re.compile(r"(?<![=/\w])(@\w+)@[\w.-]+\w")
_ADDRESSED = re.compile(r"^(?:@\w[\w.-]*\s*)+")
_RE = re.compile(r"^RE:\s*https?://\S+\s*")
"""What servers put before a text that quotes, for those that cannot show it."""
_NOT_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Sought:
    """What we remember of a message that may have gone out."""

    text: str
    content_warning: str
    media_count: int
    answers: str | None
    options: tuple[str, ...] = ()
    """Of its poll."""
    others: frozenset[str] = frozenset()
    """Ids of what is known to be something else."""


async def find(
    server: Server, account_id: str, sought: Sought, *, since: datetime
) -> Status | None:
    """The newest own status that is the sought one, None when there is none since then.

    Raises `OutcomeUnknown` where more was said since than is looked through.
    """
    query = [("limit", str(_PAGE)), ("exclude_reblogs", "true")]
    path = f"{REST}/accounts/{account_id}/statuses"
    below: list[tuple[str, str]] = []
    for _ in range(_PAGES):
        page = (await server.read(path, Statuses, [*query, *below])).root
        for status in page:
            if status.created_at < since - CLOCKS_DIFFER:
                return None
            if is_same(status, sought):
                return status
        if len(page) < _PAGE:
            return None
        below = [("max_id", page[-1].id)]
    raise OutcomeUnknown("Too much was said since: look at the account's statuses.")


def is_same(status: Status, sought: Sought) -> bool:
    return (
        status.id not in sought.others
        and status.in_reply_to_id == sought.answers
        and len(status.media_attachments) == sought.media_count
        and options_of(status) == [words(option) for option in sought.options]
        and words(status.spoiler_text) == words(sought.content_warning)
        and words(sought.text) in _said(status)
    )


def _said(status: Status) -> tuple[str, ...]:
    text = plain(status.content)
    return words(text), words(_RE.sub("", text.strip()))


def options_of(status: Status) -> list[str]:
    return [words(option.title) for option in status.poll.options] if status.poll else []


def words(text: str) -> str:
    """The text without what servers change: markup, hosts, spaces, and whom it is addressed to."""
    text = unicodedata.normalize("NFC", text).casefold()
    text = _ADDRESSED.sub("", _HOST.sub(r"\1", text).strip())
    return _NOT_WORDS.sub("", text) or "".join(text.split())
