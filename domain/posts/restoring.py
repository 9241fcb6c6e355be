"""Has a post say again what it said before: a change like any other, on top of the rest."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller, Scope
from domain.posts.command_shapes import ChangePost
from domain.posts.service import change_post
from domain.posts.shapes import PostDetail
from domain.posts.versions import SAID, find_version


async def restore_post(
    session: AsyncSession, caller: Caller, id_: UUID, *, expected_version: int | None, now: datetime
) -> PostDetail:
    """Raises `NotFound`, also for an account or media that are gone, and as `change_post`."""
    caller.need(Scope.POSTS_WRITE)
    version = await find_version(session, caller, id_)
    command = ChangePost.model_validate({name: getattr(version, name) for name in SAID})
    ids = caller, version.post_id
    return await change_post(session, *ids, command, expected_version=expected_version, now=now)
