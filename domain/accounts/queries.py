"""Reads of accounts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import and_, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.accounts.rules import AccountState, InDoubt
from domain.accounts.shapes import (
    AccountLimits,
    AccountProblem,
    AccountView,
    VersionNotice,
    measures_of,
)
from domain.accounts.tables import Account
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.narrowing import among
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.kernel.words import Word


class AccountSort(Word):
    """The order of accounts."""

    CREATED = "created_at", "The oldest first."
    CREATED_DOWN = "-created_at", "The newest first."


def visible(caller: Caller) -> SelectOfScalar[Account]:
    """Removed ones too: what they published still names them."""
    return select(Account).where(col(Account.workspace_id) == caller.workspace_id)


def living(caller: Caller) -> SelectOfScalar[Account]:
    return visible(caller).where(col(Account.removed_at).is_(None))


async def ids_of(
    session: AsyncSession,
    caller: Caller,
    *,
    networks: Sequence[str] = (),
    community_ids: Sequence[UUID] = (),
) -> Sequence[UUID]:
    """The accounts of networks and communities, for the floors above to choose by.

    Read beforehand: PostgreSQL takes accounts that it does not know for idle, and reads whatever
    they ever said for one page.
    """
    statement = select(Account.id).where(
        col(Account.workspace_id) == caller.workspace_id,
        among(Account.network, networks),
        among(Account.community_id, community_ids),
    )
    return (await session.exec(statement)).all()


async def get_account(session: AsyncSession, caller: Caller, id_: UUID) -> AccountView:
    caller.need(Scope.ACCOUNTS_READ)
    return view_of(await find_account(session, caller, id_))


async def find_account(session: AsyncSession, caller: Caller, id_: UUID) -> Account:
    """The row, for the floors above, whose own scopes guard it. Raises `NotFound`."""
    return await find(session, living(caller).where(col(Account.id) == id_), what="account")


async def speaking_for(session: AsyncSession, caller: Caller, id_: UUID) -> UUID:
    """The account itself or, once it was removed, the one that stands in for it.

    That is its community's account of the same identity; while there is none, it is itself.
    """
    before = aliased(Account)
    statement = (
        select(Account.id)
        .join(
            before,
            and_(
                col(before.workspace_id) == col(Account.workspace_id),
                col(before.community_id) == col(Account.community_id),
                col(before.network) == col(Account.network),
                col(before.server) == col(Account.server),
                col(before.remote_id) == col(Account.remote_id),
            ),
        )
        .where(
            col(Account.workspace_id) == caller.workspace_id,
            col(Account.removed_at).is_(None),
            col(before.id) == id_,
        )
    )
    return (await session.exec(statement)).one_or_none() or id_


async def list_accounts(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    sort: AccountSort = AccountSort.CREATED,
    community_ids: Sequence[UUID] = (),
    networks: Sequence[str] = (),
    states: Sequence[AccountState] = (),
) -> Page[AccountView]:
    caller.need(Scope.ACCOUNTS_READ)
    statement = living(caller).where(
        among(Account.community_id, community_ids),
        among(Account.network, networks),
        among(Account.state, states),
    )
    order = Sort(sort, (col(Account.created_at), col(Account.id)), (datetime, UUID))
    return await order.page(session, statement, request, view=view_of)


async def accounts_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, AccountView]:
    """Removed ones too."""
    caller.need(Scope.ACCOUNTS_READ)
    rows = (await session.exec(visible(caller).where(col(Account.id).in_(ids)))).all()
    return {row.id: view_of(row) for row in rows}


async def servers_of(
    session: AsyncSession, caller: Caller, ids: Collection[UUID]
) -> dict[UUID, str]:
    """Where each account speaks."""
    statement = select(Account.id, Account.server).where(
        col(Account.workspace_id) == caller.workspace_id, col(Account.id).in_(ids)
    )
    return {id_: server or "" for id_, server in (await session.exec(statement)).all()}


async def accounts_by_community(
    session: AsyncSession, caller: Caller, community_ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[AccountView]]:
    """The first `limit` accounts of each community, oldest first, in one statement."""
    caller.need(Scope.ACCOUNTS_READ)
    place = func.row_number().over(
        partition_by=col(Account.community_id),
        order_by=(col(Account.created_at), col(Account.id)),
    )
    numbered = (
        select(Account.id, place.label("place"))
        .where(
            col(Account.workspace_id) == caller.workspace_id,
            col(Account.community_id).in_(community_ids),
            col(Account.removed_at).is_(None),
        )
        .subquery()
    )
    statement = (
        living(caller)
        .join(numbered, col(Account.id) == numbered.c.id)
        .where(numbered.c.place <= limit)
        .order_by(numbered.c.place)
    )
    found: dict[UUID, list[AccountView]] = {id_: [] for id_ in community_ids}
    for row in (await session.exec(statement)).all():
        found[row.community_id].append(view_of(row))
    return found


def view_of(row: Account) -> AccountView:
    notice = row.version_notice
    problem = None if row.problem is None else AccountProblem.model_validate(row.problem)
    return AccountView(
        id=row.id,
        community_id=row.community_id,
        network=row.network,
        state=AccountState(row.state),
        problem=problem,
        version_notice=None if notice is None else VersionNotice.model_validate(notice),
        server=row.server,
        remote_id=row.remote_id,
        handle=row.handle,
        display_name=row.display_name,
        url=row.url,
        avatar_url=row.avatar_url,
        limits=AccountLimits.model_validate(measures_of(row.measures)),
        locale=row.locale,
        segment=row.segment,
        tone=row.tone,
        poll_every_s=row.poll_every_s,
        poll_longest_s=row.poll_longest_s,
        in_doubt=InDoubt(row.in_doubt),
        last_read_at=row.last_read_at,
        next_read_at=row.read_at,
        next_check_at=row.check_at,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
