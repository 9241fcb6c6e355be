"""Reads of campaigns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.campaigns.shapes import CampaignView
from domain.campaigns.tables import Campaign
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.errors import Fault, Misfit
from domain.kernel.narrowing import among, filled, labelled
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.registers import Register
from domain.kernel.shapes import Page

NEWEST_FIRST = Sort(
    "-campaigns.created_at", (col(Campaign.created_at), col(Campaign.id)), (datetime, UUID)
)


@dataclass(frozen=True, slots=True)
class CampaignFilter:
    """Every filter that is set must hold; a list holds when one of its members does."""

    community_ids: Sequence[UUID] = ()
    labels: Sequence[str] = ()
    runs_on: date | None = None
    is_archived: bool | None = None


def visible(caller: Caller) -> SelectOfScalar[Campaign]:
    return select(Campaign).where(col(Campaign.workspace_id) == caller.workspace_id)


CAMPAIGNS = Register(
    Campaign, "campaign", Scope.CALENDARS_READ, visible, CampaignView.model_validate
)
get_campaign, campaigns_by_id = CAMPAIGNS.one, CAMPAIGNS.many


async def list_campaigns(
    session: AsyncSession, caller: Caller, request: PageRequest, *, where: CampaignFilter
) -> Page[CampaignView]:
    """The newest first."""
    caller.need(Scope.CALENDARS_READ)
    return await NEWEST_FIRST.page(
        session, _filtered(caller, where), request, view=CampaignView.model_validate
    )


def _filtered(caller: Caller, where: CampaignFilter) -> SelectOfScalar[Campaign]:
    statement = visible(caller).where(
        among(Campaign.community_id, where.community_ids),
        labelled(Campaign.labels, where.labels),
        filled(Campaign.archived_at, where.is_archived),
    )
    if where.runs_on is not None:
        starts_on, ends_on = col(Campaign.starts_on), col(Campaign.ends_on)
        statement = statement.where(
            or_(starts_on.is_(None), starts_on <= where.runs_on),
            or_(ends_on.is_(None), ends_on >= where.runs_on),
        )
    return statement


async def find_campaign(session: AsyncSession, caller: Caller, id_: UUID) -> Campaign:
    """The row, for the floors above, whose own scopes guard it. Raises `NotFound`."""
    return await find(session, visible(caller).where(col(Campaign.id) == id_), what="campaign")


async def check_campaign(
    session: AsyncSession,
    caller: Caller,
    community_id: UUID,
    campaign_id: UUID | None,
    *,
    before: UUID | None,
) -> None:
    """Raises `NotFound`, and `Misfit` for a campaign of another community or an archived one.

    Whatever was of it `before` stays of it.
    """
    if campaign_id is None or campaign_id == before:
        return
    row = await find_campaign(session, caller, campaign_id)
    if row.community_id != community_id:
        fault = Fault("/campaign_id", "campaign.other_community", "It is of another community.")
        raise Misfit(faults=(fault,))
    if row.archived_at is not None:
        fault = Fault("/campaign_id", "campaign.archived", "It is archived.")
        raise Misfit(f"The campaign “{row.name}” is archived.", faults=(fault,))
