"""Reads of ideas, and of the posts that came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.ideas.rules import IdeaState
from domain.ideas.shapes import IdeaView
from domain.ideas.tables import Idea, IdeaPost
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.narrowing import among, labelled
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.registers import Register
from domain.kernel.shapes import Page
from domain.kernel.words import Word
from domain.posts import queries as posts
from domain.posts.shapes import PostView
from domain.posts.tables import Post

AS_MADE = Sort("idea_posts.id", (col(Post.id),), (UUID,))


class IdeaSort(Word):
    """The order of ideas."""

    CREATED = "created_at", "The oldest first."
    CREATED_DOWN = "-created_at", "The newest first."
    UPDATED = "updated_at", "The one changed longest ago first."
    UPDATED_DOWN = "-updated_at", "The one changed last first."


@dataclass(frozen=True, slots=True)
class IdeaFilter:
    """Every filter that is set must hold; a list holds when one of its members does."""

    states: Sequence[IdeaState] = ()
    community_ids: Sequence[UUID] = ()
    campaign_ids: Sequence[UUID] = ()
    pillar_ids: Sequence[UUID] = ()
    labels: Sequence[str] = ()


def visible(caller: Caller) -> SelectOfScalar[Idea]:
    return select(Idea).where(col(Idea.workspace_id) == caller.workspace_id)


IDEAS = Register(Idea, "idea", Scope.CALENDARS_READ, visible, IdeaView.model_validate)
get_idea, ideas_by_id = IDEAS.one, IDEAS.many


async def list_ideas(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    where: IdeaFilter,
    sort: IdeaSort = IdeaSort.CREATED_DOWN,
) -> Page[IdeaView]:
    caller.need(Scope.CALENDARS_READ)
    return await order_of(sort).page(
        session, _filtered(caller, where), request, view=IdeaView.model_validate
    )


def order_of(sort: IdeaSort) -> Sort:
    key = col(getattr(Idea, sort.removeprefix("-")))
    return Sort(sort, (key, col(Idea.id)), (datetime, UUID))


def _filtered(caller: Caller, where: IdeaFilter) -> SelectOfScalar[Idea]:
    return visible(caller).where(
        among(Idea.state, where.states),
        among(Idea.community_id, where.community_ids),
        among(Idea.campaign_id, where.campaign_ids),
        among(Idea.pillar_id, where.pillar_ids),
        labelled(Idea.labels, where.labels),
    )


async def ideas_by_post(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, IdeaView]:
    """The idea that each post came of, by the post's id."""
    caller.need(Scope.CALENDARS_READ)
    statement = (
        select(IdeaPost.id, Idea)
        .join(
            Idea,
            and_(
                col(Idea.workspace_id) == col(IdeaPost.workspace_id),
                col(Idea.id) == col(IdeaPost.idea_id),
            ),
        )
        .where(col(IdeaPost.workspace_id) == caller.workspace_id, col(IdeaPost.id).in_(ids))
    )
    found = (await session.exec(statement)).all()
    return {post_id: IdeaView.model_validate(row) for post_id, row in found}


async def posts_by_idea(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, list[PostView]]:
    """Every post of each idea, in the order they were made."""
    caller.need(Scope.POSTS_READ)
    statement = (
        select(IdeaPost.idea_id, Post)
        .join(Post, _same_post())
        .where(col(IdeaPost.workspace_id) == caller.workspace_id, col(IdeaPost.idea_id).in_(ids))
        .order_by(col(Post.id))
    )
    found: dict[UUID, list[PostView]] = {id_: [] for id_ in ids}
    for idea_id, row in (await session.exec(statement)).all():
        found[idea_id].append(PostView.model_validate(row))
    return found


async def list_idea_posts(
    session: AsyncSession, caller: Caller, id_: UUID, request: PageRequest
) -> Page[PostView]:
    """In the order they were made. Raises `NotFound`."""
    caller.need(Scope.POSTS_READ)
    await find(session, visible(caller).where(col(Idea.id) == id_), what="idea")
    statement = posts.visible(caller).join(IdeaPost, _same_post())
    statement = statement.where(col(IdeaPost.idea_id) == id_)
    return await AS_MADE.page(session, statement, request, view=PostView.model_validate)


def _same_post() -> ColumnElement[bool]:
    return and_(
        col(Post.workspace_id) == col(IdeaPost.workspace_id), col(Post.id) == col(IdeaPost.id)
    )
