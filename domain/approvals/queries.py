"""Reads of reviews."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, any_, false, func, literal, not_, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.approvals.rules import ReviewState
from domain.approvals.shapes import ReviewView
from domain.approvals.tables import Review
from domain.events.service import record
from domain.kernel.batches import OfEach
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.ids import show
from domain.kernel.narrowing import among
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.workspaces.tables import DepartmentMember

NEWEST_FIRST = Sort("-reviews.id", (col(Review.id),), (UUID,))
OF_POST = OfEach(Review, ReviewView, Scope.POSTS_READ, "post_id", (col(Review.id).desc(),))


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """Every filter that is set must hold; `is_mine`: open, and the caller's to decide."""

    states: Sequence[ReviewState] = ()
    community_ids: Sequence[UUID] = ()
    post_ids: Sequence[UUID] = ()
    is_mine: bool | None = None


def visible(caller: Caller) -> SelectOfScalar[Review]:
    return select(Review).where(col(Review.workspace_id) == caller.workspace_id)


async def get_review(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> ReviewView:
    """That the caller's member opened it is kept and told the first time."""
    caller.need(Scope.POSTS_READ)
    row = await find(session, visible(caller).where(col(Review.id) == id_), what="review")
    await note_seen(session, caller, row, is_by_link=False, now=now)
    return ReviewView.model_validate(row)


async def note_seen(
    session: AsyncSession, caller: Caller, row: Review, *, is_by_link: bool, now: datetime
) -> None:
    """Once per member, however many open it at the same time; a sight is no change of it."""
    if caller.member_id is None:
        return
    mine = {"member_id": show("mem", caller.member_id)}
    if any(each.items() >= mine.items() for each in row.seen):
        return
    sight = {**mine, "is_by_link": is_by_link, "seen_at": now.isoformat()}
    statement = (
        update(Review)
        .where(
            col(Review.workspace_id) == row.workspace_id,
            col(Review.id) == row.id,
            not_(col(Review.seen).contains([mine])),
        )
        .values(seen=col(Review.seen).concat([sight]))
        .returning(col(Review.id))
    )
    connection = await session.connection()
    is_first = (await connection.execute(statement)).first() is not None
    await session.refresh(row, ["seen"])
    if is_first:
        data = {"post_version": show("pver", row.post_version_id), "is_by_link": is_by_link}
        record(session, caller, "review.seen", ("review", row.id), now=now, data=data)


async def list_reviews(
    session: AsyncSession, caller: Caller, request: PageRequest, *, where: ReviewFilter
) -> Page[ReviewView]:
    """The newest first. Nothing is asked of a token that acts for no member."""
    caller.need(Scope.POSTS_READ)
    return await NEWEST_FIRST.page(
        session, _filtered(caller, where), request, view=ReviewView.model_validate
    )


async def reviews_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, ReviewView]:
    caller.need(Scope.POSTS_READ)
    rows = (await session.exec(visible(caller).where(col(Review.id).in_(ids)))).all()
    return {row.id: ReviewView.model_validate(row) for row in rows}


async def reviews_by_post(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[ReviewView]]:
    """The newest `limit` reviews of each post."""
    found = await OF_POST.first(session, caller, ids, limit=limit)
    return {
        id_: [ReviewView.model_validate(vars(each)) for each in those]
        for id_, those in found.items()
    }


def asks(workspace_id: UUID, member_id: UUID) -> ColumnElement[bool]:
    """Whether the present step of a review asks a member, by name or in their department."""
    departments = select(DepartmentMember.department_id).where(
        col(DepartmentMember.workspace_id) == workspace_id,
        col(DepartmentMember.member_id) == member_id,
    )
    return or_(
        literal(member_id) == any_(col(Review.member_ids)),
        func.coalesce(col(Review.department_id).in_(departments), False),
    )


def _filtered(caller: Caller, where: ReviewFilter) -> SelectOfScalar[Review]:
    statement = visible(caller).where(
        among(Review.state, where.states),
        among(Review.community_id, where.community_ids),
        among(Review.post_id, where.post_ids),
    )
    if where.is_mine is not None:
        is_asked: ColumnElement[bool] = false()
        if caller.member_id is not None:
            is_asked = asks(caller.workspace_id, caller.member_id)
        mine = and_(col(Review.state) == ReviewState.OPEN, is_asked)
        statement = statement.where(mine if where.is_mine else not_(mine))
    return statement
