"""Words that hold only until a moment: nobody plans a post for later, and none goes out then.

What comes there by an outage, a pause or new rules of a zone waits for a person.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.errors import PublishingExpired, TimeAfterValidity
from domain.posts.holding import Reason, hold
from domain.posts.rules import DeliveryKind, DeliveryState, sent_of
from domain.posts.tables import Delivery, Post

Ends = Mapping[UUID | None, datetime]
"""Until when the words of posts hold, of those that have an end."""
ENDS = """
SELECT id, valid_until_at FROM posts
 WHERE workspace_id = $1 AND id = ANY ($2) AND valid_until_at IS NOT NULL
"""


def ensure_holds(post: Post, moment: datetime | None, *, at: str) -> None:
    """Raises `TimeAfterValidity` for a moment, which stands `at` its place in the body."""
    end = post.valid_until_at
    if moment is not None and end is not None and moment >= end:
        message = f"“{post.title}” holds until {end.isoformat()}, and would go out after that."
        raise TimeAfterValidity(message, at=at)


def ensure_unexpired(post: Post | None, row: Delivery, *, now: datetime) -> None:
    """Raises `PublishingExpired` for what would go out now."""
    end = post.valid_until_at if post is not None else None
    if end is not None and is_over(row.kind, row.checkpoint, end, now=now):
        raise expired(end)


def is_over(
    kind: str, checkpoint: Mapping[str, Any], end: datetime | None, *, now: datetime
) -> bool:
    """Whether what holds until `end` is too late; of what is half out the rest may go."""
    is_first = kind == DeliveryKind.PUBLISH and not sent_of(checkpoint)
    return is_first and end is not None and end <= now


def expired(end: datetime) -> PublishingExpired:
    return PublishingExpired(f"What it says held until {end.isoformat()}.")


async def ends_of(raw: asyncpg.Connection, caller: Caller, posts: Sequence[UUID]) -> Ends:
    found = await raw.fetch(ENDS, caller.workspace_id, posts)
    return {row["id"]: row["valid_until_at"] for row in found}


async def hold_expired(
    session: AsyncSession,
    caller: Caller,
    rows: Sequence[asyncpg.Record],
    ends: Ends,
    *,
    now: datetime,
) -> Sequence[asyncpg.Record]:
    """Holds of claimed deliveries those whose words hold no longer; gives the others."""
    held = {
        row["id"]: Reason(expired(ends[row["post_id"]])) for row in rows if _is_over(row, ends, now)
    }
    if held:
        await hold(session, caller, held, again_in=None, now=now)
    return [row for row in rows if row["id"] not in held]


def _is_over(row: asyncpg.Record, ends: Ends, now: datetime) -> bool:
    end = ends.get(row["post_id"]) if row["state"] == DeliveryState.GOING else None
    return is_over(row["kind"], row["checkpoint"], end, now=now)
