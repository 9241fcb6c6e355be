"""Who is measured: accounts and their published copies, with what their numbers are filed under."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func
from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.tables import Account
from domain.calendars.tables import Calendar
from domain.communities.tables import Community
from domain.kernel.caller import Caller
from domain.kernel.clock import zone
from domain.metrics.tables import Cut
from domain.posts.rules import DeliveryKind
from domain.posts.tables import Delivery, Post


class AccountLike(Protocol):
    """What is needed to know of an account: `AccountFacts`, `AccountView` and its row fit."""

    @property
    def id(self) -> UUID: ...
    @property
    def community_id(self) -> UUID: ...
    @property
    def network(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Subject:
    """`cut_by` is the calendar, or for an account the community, in whose zone days are cut."""

    id: UUID
    post_id: UUID | None
    account_id: UUID
    community_id: UUID
    network: str
    cut_by: UUID
    zone: ZoneInfo
    begun_at: datetime | None
    remote_id: str | None

    @property
    def is_account(self) -> bool:
        return self.post_id is None


async def subject_of_account(
    session: AsyncSession, caller: Caller, account: AccountLike
) -> Subject:
    statement = (
        select(func.coalesce(col(Cut.time_zone), col(Community.time_zone)))
        .select_from(Community)
        .join(Cut, _cut_of(caller, col(Community.id)), isouter=True)
        .where(
            col(Community.workspace_id) == caller.workspace_id,
            col(Community.id) == account.community_id,
        )
    )
    return Subject(
        id=account.id,
        post_id=None,
        account_id=account.id,
        community_id=account.community_id,
        network=account.network,
        cut_by=account.community_id,
        zone=zone((await session.exec(statement)).one()),
        begun_at=None,
        remote_id=None,
    )


async def copies_by_remote(
    session: AsyncSession, caller: Caller, account_id: UUID, remote_ids: Sequence[str]
) -> dict[str, Subject]:
    """The copies an account published, by their ids on the network."""
    found = await _copies(
        session,
        caller,
        and_(col(Delivery.account_id) == account_id, col(Delivery.remote_id).in_(remote_ids)),
    )
    return {each.remote_id: each for each in found if each.remote_id is not None}


async def copies_by_id(session: AsyncSession, caller: Caller, ids: Sequence[UUID]) -> list[Subject]:
    return await _copies(session, caller, col(Delivery.id).in_(ids))


async def copies_of_calendar(
    session: AsyncSession, caller: Caller, calendar_id: UUID
) -> list[Subject]:
    return await _copies(session, caller, col(Post.calendar_id) == calendar_id)


async def copies_of_account(
    session: AsyncSession, caller: Caller, account_id: UUID
) -> list[Subject]:
    return await _copies(session, caller, col(Delivery.account_id) == account_id)


async def accounts_of_community(
    session: AsyncSession, caller: Caller, community_id: UUID
) -> list[Subject]:
    statement = select(Account).where(
        col(Account.workspace_id) == caller.workspace_id,
        col(Account.community_id) == community_id,
    )
    rows = (await session.exec(statement)).all()
    return [await subject_of_account(session, caller, row) for row in rows]


async def _copies(
    session: AsyncSession, caller: Caller, which: ColumnElement[bool]
) -> list[Subject]:
    """Public copies, and withdrawn ones: what was counted of them stays theirs."""
    workspace = col(Delivery.workspace_id)
    statement = (
        select(
            Delivery,
            Post,
            Account.network,
            func.coalesce(col(Cut.time_zone), col(Calendar.time_zone)),
        )
        .join(Post, and_(col(Post.workspace_id) == workspace, col(Post.id) == Delivery.post_id))
        .join(
            Account,
            and_(col(Account.workspace_id) == workspace, col(Account.id) == Delivery.account_id),
        )
        .join(
            Calendar,
            and_(col(Calendar.workspace_id) == workspace, col(Calendar.id) == Post.calendar_id),
        )
        .join(Cut, _cut_of(caller, col(Post.calendar_id)), isouter=True)
        .where(
            workspace == caller.workspace_id,
            col(Delivery.kind) == DeliveryKind.PUBLISH,
            col(Delivery.published_at).is_not(None),
            which,
        )
    )
    return [_copy(*row) for row in (await session.exec(statement)).all()]


def _copy(delivery: Delivery, post: Post, network: str, zone_name: str) -> Subject:
    return Subject(
        id=delivery.id,
        post_id=post.id,
        account_id=delivery.account_id,
        community_id=post.community_id,
        network=network,
        cut_by=post.calendar_id,
        zone=zone(zone_name),
        begun_at=delivery.published_at,
        remote_id=delivery.remote_id,
    )


def _cut_of(caller: Caller, owner: Mapped[UUID]) -> ColumnElement[bool]:
    return and_(col(Cut.workspace_id) == caller.workspace_id, col(Cut.cut_by) == owner)
