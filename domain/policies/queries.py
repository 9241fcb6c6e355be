"""Reads of approval policies."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.caller import Caller, Scope
from domain.kernel.narrowing import among
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.prepared import ANY_OF_IDS, WORKSPACE, of
from domain.kernel.registers import Register
from domain.kernel.shapes import Page
from domain.policies.shapes import PolicyView
from domain.policies.tables import ApprovalPolicy

IN_ORDER = Sort("approval_policies.id", (col(ApprovalPolicy.id),), (UUID,))

OF_COMMUNITIES = (
    select(ApprovalPolicy)
    .where(
        col(ApprovalPolicy.workspace_id) == WORKSPACE,
        col(ApprovalPolicy.community_id) == ANY_OF_IDS,
    )
    .order_by(col(ApprovalPolicy.id))
)


def visible(caller: Caller) -> SelectOfScalar[ApprovalPolicy]:
    return select(ApprovalPolicy).where(col(ApprovalPolicy.workspace_id) == caller.workspace_id)


POLICIES = Register(
    ApprovalPolicy, "approval policy", Scope.COMMUNITIES_READ, visible, PolicyView.model_validate
)
get_policy, policies_by_id = POLICIES.one, POLICIES.many


async def list_policies(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    community_ids: Sequence[UUID] = (),
) -> Page[PolicyView]:
    """In the order they were made, which is the order they are asked in."""
    caller.need(Scope.COMMUNITIES_READ)
    statement = visible(caller).where(among(ApprovalPolicy.community_id, community_ids))
    return await IN_ORDER.page(session, statement, request, view=PolicyView.model_validate)


async def policies_of(
    session: AsyncSession, caller: Caller, community_ids: Collection[UUID]
) -> Sequence[ApprovalPolicy]:
    """Those of communities, in the order they are asked in; for the floors above."""
    return (await session.exec(OF_COMMUNITIES, params=of(caller, community_ids))).all()
