"""Publishes anew what networks do not let be changed: a post like the old one, in new words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.errors import NotFound
from domain.kernel.ids import read
from domain.posts.command_shapes import CreatePost, SchedulePost
from domain.posts.finding import find_post
from domain.posts.planning import set_going
from domain.posts.service import create_post
from domain.posts.tables import Post
from domain.posts.versions import WORDS, version_at


async def repost(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    words: Mapping[UUID, Sequence[str]],
    *,
    now: datetime,
) -> tuple[UUID, dict[UUID, UUID]]:
    """The new post, due at once, and its delivery of each account; `words` are by account.

    It is a post like any other: what policies ask of it, is asked before it goes out. Raises as
    `create_post` and `set_going`.
    """
    command = await _anew(session, caller, post, words)
    made = await create_post(session, caller, command, now=now)
    row = await find_post(session, caller, made.id, None)
    set_out = await set_going(session, caller, row, SchedulePost(now=True), now=now)
    return made.id, {each.account_id: each.id for each in set_out.deliveries}


async def _anew(
    session: AsyncSession, caller: Caller, post: Post, words: Mapping[UUID, Sequence[str]]
) -> CreatePost:
    """What the post says now, by these accounts alone."""
    version = await version_at(session, caller, post.id, None)
    if version is None:
        raise NotFound("version of a post")
    said: dict[UUID, dict[str, Any]] = {
        read("acct", each["account_id"]): each for each in version.variants
    }
    variants = [
        {**said.get(id_, {"account_id": id_}), "parts": list(parts)} for id_, parts in words.items()
    ]
    places = {name: getattr(post, name) for name in ("calendar_id", "pillar_id", "campaign_id")}
    kept = {name: getattr(version, name) for name in (*WORDS, "adaptations")}
    return CreatePost.model_validate({**kept, **places, "variants": variants})
