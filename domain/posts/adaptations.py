"""Adaptations of a post, one by one: each change of one is a change of the post."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find, made_before
from domain.kernel.errors import AlreadyExists, Fault, Misfit, NotFound
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.posts.adaptation_shapes import (
    MOST_ADAPTATIONS,
    AdaptationDetail,
    AdaptationInput,
    AdaptationView,
    AddAdaptation,
    ChangeAdaptation,
)
from domain.posts.adapting import adaptations_of
from domain.posts.command_shapes import ChangePost
from domain.posts.queries import visible
from domain.posts.service import change_post, find_unchanged
from domain.posts.tables import Adaptation, Post

AS_MADE = Sort("adaptations.id", (col(Adaptation.id),), (UUID,))


async def add_adaptation(
    session: AsyncSession,
    caller: Caller,
    post_id: UUID,
    command: AddAdaptation,
    *,
    expected_version: int | None,
    now: datetime,
) -> AdaptationDetail:
    """Raises `AlreadyExists` where the post has one for the same, and as `change_post`."""
    caller.need(Scope.POSTS_WRITE)
    before = await made_before(session, caller, Adaptation, command)
    if before is not None:
        return await _detail(session, caller, before.id)
    post = await find_unchanged(session, caller, post_id, expected_version)
    there = await _inputs(session, caller, post)
    if any(each.key == command.key for each in there.values()):
        raise AlreadyExists("The post has an adaptation for these already.")
    if len(there) == MOST_ADAPTATIONS:
        raise Misfit(faults=(Fault("", "too_long", f"At most {MOST_ADAPTATIONS} of a post."),))
    await _say(session, caller, post, [*there.values(), command], now)
    [made] = [id_ for id_ in await _inputs(session, caller, post) if id_ not in there]
    return await _detail(session, caller, made)


async def change_adaptation(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeAdaptation,
    *,
    expected_version: int | None,
    now: datetime,
) -> AdaptationDetail:
    """`expected_version` is the post's. Raises as `change_post`."""
    caller.need(Scope.POSTS_WRITE)
    post, there = await _with_post(session, caller, id_, expected_version)
    changed = there[id_].model_copy(update=command.sent())
    if changed != there[id_]:
        await _say(session, caller, post, list((there | {id_: changed}).values()), now)
    return await _detail(session, caller, id_)


async def remove_adaptation(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Whoever said it says what it inherited. Raises as `change_post`."""
    caller.need(Scope.POSTS_WRITE)
    post, there = await _with_post(session, caller, id_, expected_version)
    rest = [each for other, each in there.items() if other != id_]
    await _say(session, caller, post, rest, now)


async def get_adaptation(session: AsyncSession, caller: Caller, id_: UUID) -> AdaptationDetail:
    """Raises `NotFound`."""
    caller.need(Scope.POSTS_READ)
    return await _detail(session, caller, id_)


async def find_adaptation(session: AsyncSession, caller: Caller, id_: UUID) -> Adaptation:
    """The row, for who may read posts or writes them. Raises `NotFound`."""
    statement = select(Adaptation).where(
        col(Adaptation.workspace_id) == caller.workspace_id, col(Adaptation.id) == id_
    )
    return await find(session, statement, what="adaptation")


async def list_adaptations(
    session: AsyncSession, caller: Caller, post_id: UUID, request: PageRequest
) -> Page[AdaptationView]:
    """First to last. Raises `NotFound`."""
    caller.need(Scope.POSTS_READ)
    await find(session, visible(caller).where(col(Post.id) == post_id), what="post")
    statement = select(Adaptation).where(
        col(Adaptation.workspace_id) == caller.workspace_id, col(Adaptation.post_id) == post_id
    )
    return await AS_MADE.page(session, statement, request, view=AdaptationView.model_validate)


async def adaptations_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, AdaptationView]:
    caller.need(Scope.POSTS_READ)
    statement = select(Adaptation).where(
        col(Adaptation.workspace_id) == caller.workspace_id, col(Adaptation.id).in_(ids)
    )
    rows = (await session.exec(statement)).all()
    return {row.id: AdaptationView.model_validate(row) for row in rows}


async def _detail(session: AsyncSession, caller: Caller, id_: UUID) -> AdaptationDetail:
    row = await find_adaptation(session, caller, id_)
    post = await find(session, visible(caller).where(col(Post.id) == row.post_id), what="post")
    view = AdaptationView.model_validate(row)
    return AdaptationDetail(**dict(view), post_version=post.version)


async def _with_post(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> tuple[Post, dict[UUID, AdaptationInput]]:
    """Its post, locked, and all of the post's adaptations by id. Raises `NotFound`."""
    row = await find_adaptation(session, caller, id_)
    post = await find_unchanged(session, caller, row.post_id, expected_version)
    there = await _inputs(session, caller, post)
    if id_ not in there:
        raise NotFound("adaptation", [id_])
    return post, there


async def _inputs(session: AsyncSession, caller: Caller, post: Post) -> dict[UUID, AdaptationInput]:
    rows = (await adaptations_of(session, caller, [post.id]))[post.id]
    names = AdaptationInput.model_fields
    return {row.id: AdaptationInput(**{name: getattr(row, name) for name in names}) for row in rows}


async def _say(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    given: Sequence[AdaptationInput],
    now: datetime,
) -> None:
    command = ChangePost(adaptations=given)
    await change_post(session, caller, post.id, command, expected_version=None, now=now)
