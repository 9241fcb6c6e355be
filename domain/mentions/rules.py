"""What holds for mentions, whatever the network: states, kinds, threads, what is kept of texts."""

import hashlib
from datetime import datetime, timedelta

from domain.connector.words import InboxKind
from domain.kernel.columns import BETWEEN, EMPTY
from domain.kernel.words import Word

MOST_TEXT = 70_000
MOST_ID = 500
MOST_HANDLE = 300
"""As long as one may be asked for, and as an index can hold: feeds call their authors anything."""
UNKEPT = ("\0", BETWEEN, EMPTY)
SAME_WORDS_WITHIN = timedelta(minutes=10)
"""The same answer in the same words is taken for one that was sent twice."""
SEARCH_WINDOW = timedelta(days=90)
"""How far back a search looks when it is not told."""


class MentionStatus(Word):
    """open → answered (by an answer that arrived, or by hand) → archived; each may reopen.

    open → gone (deleted over there) → open, once it is there again
    """

    OPEN = "open", "It waits for an answer or a decision."
    ANSWERED = "answered", "It was answered, by us or by hand."
    ARCHIVED = "archived", "It is put away."
    GONE = "gone", "It was open when it was deleted over there."


WRITTEN = frozenset({InboxKind.MENTION, InboxKind.REPLY, InboxKind.QUOTE})
"""Kinds that say something and can be answered; the others are gestures or entries of a feed."""


def server_scope(remote_id: str, server: str) -> str:
    """The server an id is unique on: none for ids that are global by their form (DIDs, URLs)."""
    return "" if ":" in remote_id else server


def is_baseline(said_at: datetime, connected_at: datetime, *, is_first_reading: bool) -> bool:
    """Whether an item is old news: handed out by the first reading, said before we were there."""
    return is_first_reading and said_at < connected_at


def clean(text: str) -> str:
    """The text as it can be kept: no NUL, no mark of columns, no half characters, not endless."""
    if text.isprintable() and len(text) <= MOST_TEXT:
        return text
    kept = text[:MOST_TEXT]
    for mark in UNKEPT:
        if mark in kept:
            kept = kept.replace(mark, "")
    return kept if kept.isascii() else kept.encode("utf-8", "replace").decode()


def clean_or_none(text: str | None) -> str | None:
    return (clean(text) or None) if text else None


def short_id(remote_id: str) -> str:
    """The id as an index can hold it: a very long one is cut and made unique again by its hash."""
    kept = clean(remote_id)
    if len(kept) <= MOST_ID:
        return kept
    return f"{kept[:400]}#{hashlib.sha256(remote_id.encode('utf-8', 'replace')).hexdigest()}"
