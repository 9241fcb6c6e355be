"""Legal hold: nothing of a post goes out and nobody changes it, until it is released.

What is on its way already arrives. A hold counts as a change of the post, so that what makes and
takes away posts by itself (a recurrence, the undoing of an import) leaves it where it is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.database import driver_of
from domain.kernel.errors import NotAllowedNow, PostOnHold
from domain.posts import statements
from domain.posts.approving import bring_forward
from domain.posts.command_shapes import HoldPost
from domain.posts.finding import ensure_free, find_post
from domain.posts.holding import Reason, hold
from domain.posts.rules import DeliveryState
from domain.posts.shapes import PostDetail
from domain.posts.showing import detail
from domain.posts.tables import Post


async def hold_post(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: HoldPost,
    *,
    expected_version: int | None,
    now: datetime,
) -> PostDetail:
    """Whatever state it is in. Raises `PostOnHold` for one that is held already."""
    caller.need(Scope.POSTS_HOLD)
    post = await find_post(session, caller, id_, expected_version)
    ensure_free(post)
    post.held_at, post.hold_reason, post.hold_actor = now, command.reason, caller.actor
    _tell(session, caller, post, "post.held", {"reason": command.reason}, now)
    return await detail(session, caller, post)


async def release_post(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> PostDetail:
    """What fell due meanwhile goes on as its calendar has it for what comes late.

    Raises `NotAllowedNow` for one that is free.
    """
    caller.need(Scope.POSTS_HOLD)
    post = await find_post(session, caller, id_, expected_version)
    if post.held_at is None:
        raise NotAllowedNow("The post is not on hold.")
    data = {"reason": post.hold_reason, "held_by": post.hold_actor}
    post.held_at = post.hold_reason = post.hold_actor = None
    _tell(session, caller, post, "post.released", data, now)
    await bring_forward(session, caller, post.id, PostOnHold.code, now=now)
    return await detail(session, caller, post)


async def withhold(
    session: AsyncSession, caller: Caller, rows: Sequence[asyncpg.Record], *, now: datetime
) -> Sequence[asyncpg.Record]:
    """Holds back of claimed deliveries those of posts that are on hold; gives the others.

    Asked again once their posts are marked as going out: a hold that came before is seen then,
    one that comes later finds the post on its way.
    """
    asked = {
        row["id"]: row["post_id"]
        for row in rows
        if row["state"] == DeliveryState.GOING and row["post_id"] is not None
    }
    if not asked:
        return rows
    raw = await driver_of(session)
    posts = list(set(asked.values()))
    found = await raw.fetch(statements.ON_HOLD, caller.workspace_id, posts)
    why = {row["id"]: PostOnHold(f"On legal hold: {row['hold_reason']}") for row in found}
    held = {id_: Reason(why[post_id]) for id_, post_id in asked.items() if post_id in why}
    if not held:
        return rows
    await hold(session, caller, held, now=now)
    return [row for row in rows if row["id"] not in held]


def _tell(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    kind: str,
    data: Mapping[str, str | None],
    now: datetime,
) -> None:
    post.version, post.updated_at = post.version + 1, now
    record(session, caller, kind, ("post", post.id), now=now, data=dict(data))
