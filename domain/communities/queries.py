"""Reads of communities."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.communities.shapes import CommunityView
from domain.communities.tables import Community
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.narrowing import filled
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.kernel.words import Word


class CommunitySort(Word):
    """The order of communities."""

    NAME = "name", "By name, a to z."
    NAME_DOWN = "-name", "By name, z to a."
    CREATED = "created_at", "The oldest first."
    CREATED_DOWN = "-created_at", "The newest first."


def visible(caller: Caller) -> SelectOfScalar[Community]:
    return select(Community).where(col(Community.workspace_id) == caller.workspace_id)


async def get_community(session: AsyncSession, caller: Caller, id_: UUID) -> CommunityView:
    caller.need(Scope.COMMUNITIES_READ)
    return CommunityView.model_validate(await find_community(session, caller, id_))


async def find_community(session: AsyncSession, caller: Caller, id_: UUID) -> Community:
    """The row, for the floors above, whose own scopes guard it. Raises `NotFound`."""
    return await find(session, visible(caller).where(col(Community.id) == id_), what="community")


async def list_communities(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    sort: CommunitySort = CommunitySort.CREATED,
    is_archived: bool | None = None,
) -> Page[CommunityView]:
    caller.need(Scope.COMMUNITIES_READ)
    statement = visible(caller).where(filled(Community.archived_at, is_archived))
    key, type_ = ("name", str) if sort.endswith("name") else ("created_at", datetime)
    order = Sort(sort, (col(getattr(Community, key)), col(Community.id)), (type_, UUID))
    return await order.page(session, statement, request, view=CommunityView.model_validate)
