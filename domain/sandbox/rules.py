"""What the sandbox network does by itself, as data: faults, and the life around a lively account.

A lively account's posts are liked, answered and reposted. What happens, and when, follows from
the post's id and moment alone; it is written down when somebody next looks.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class Act(StrEnum):
    """What an account does; faults are set for one of them."""

    PREPARE = "prepare"
    PUBLISH = "publish"
    UPLOAD = "upload"
    EDIT = "edit"
    DELETE = "delete"
    READ = "read"
    ANY = "any"


class FaultKind(StrEnum):
    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER_SUCCESS = "timeout_after_success"
    RESET_BEFORE = "reset_before"
    RESET_AFTER_SUCCESS = "reset_after_success"
    TRUNCATED_AFTER_SUCCESS = "truncated_after_success"
    SERVER_ERROR = "server_error"
    SERVER_ERROR_AFTER_SUCCESS = "server_error_after_success"
    RATE_LIMITED = "rate_limited"
    SLOW_MEDIA = "slow_media"
    EXPIRED_TOKEN = "expired_token"  # noqa: S105  the name of a fault
    REVOKED_TOKEN = "revoked_token"  # noqa: S105  the name of a fault
    REFUSED = "refused"
    TRUNCATES = "truncates"


AFTER_SUCCESS = frozenset(
    {
        FaultKind.TIMEOUT_AFTER_SUCCESS,
        FaultKind.RESET_AFTER_SUCCESS,
        FaultKind.TRUNCATED_AFTER_SUCCESS,
        FaultKind.SERVER_ERROR_AFTER_SUCCESS,
        FaultKind.SLOW_MEDIA,
        FaultKind.TRUNCATES,
    }
)
"""Faults that let the act have its effect."""
QUIET = frozenset({FaultKind.SLOW_MEDIA, FaultKind.TRUNCATES})
"""Faults of which the answer says nothing."""


class NoticeKind(StrEnum):
    """What people do towards an account."""

    REPLY = "reply"
    MENTION = "mention"
    QUOTE = "quote"
    LIKE = "like"
    REPOST = "repost"
    FOLLOW = "follow"


def truncated(text: str) -> str:
    """What a network that cuts texts silently keeps of one: the first half, and no mark."""
    return text[: len(text) // 2]


SPOKEN = frozenset({NoticeKind.REPLY, NoticeKind.MENTION, NoticeKind.QUOTE})
"""Notices that carry a post of the person."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing a person does with a lively account's post."""

    kind: NoticeKind
    person: str
    text: str
    at: datetime


PEOPLE = ("ada", "bruno", "chloe", "dario", "elif", "fatou", "gerold", "hana")
_LIFE: tuple[tuple[float, NoticeKind, str], ...] = (
    (3, NoticeKind.LIKE, ""),
    (6, NoticeKind.REPLY, "Thank you for this! Will there be more?"),
    (10, NoticeKind.LIKE, ""),
    (20, NoticeKind.REPOST, ""),
    (45, NoticeKind.LIKE, ""),
    (120, NoticeKind.REPLY, "Where can I read the details?"),
    (600, NoticeKind.LIKE, ""),
)

LIFE_STEPS = len(_LIFE)


def happenings(
    post_id: UUID, published_at: datetime, *, done: int, now: datetime
) -> tuple[Happening, ...]:
    """What has happened to a post by now, beyond the first `done` things, in order."""
    first = post_id.int % len(PEOPLE)
    return tuple(
        Happening(kind, PEOPLE[(first + place) % len(PEOPLE)], text, published_at + after)
        for place, (after_s, kind, text) in enumerate(_LIFE)
        for after in (timedelta(seconds=after_s),)
        if place >= done and published_at + after <= now
    )
