"""Changes of campaigns."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.campaigns.queries import visible
from domain.campaigns.shapes import CampaignView, ChangeCampaign, CreateCampaign, UtmTemplate
from domain.campaigns.tables import Campaign
from domain.communities.queries import find_community
from domain.events.service import record, record_change
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import (
    apply,
    archiving,
    find_for_change,
    insert,
    made_before,
    made_now,
    remove,
)
from domain.kernel.errors import Fault, Misfit, NetworkUnknown
from domain.networks import find as find_network


async def create_campaign(
    session: AsyncSession, caller: Caller, command: CreateCampaign, *, now: datetime
) -> CampaignView:
    """Raises `NotFound` for a community of another workspace, and `Misfit`."""
    caller.need(Scope.CALENDARS_WRITE)
    before = await made_before(session, caller, Campaign, command)
    if before is not None:
        return CampaignView.model_validate(before)
    await find_community(session, caller, command.community_id)
    _ensure_days(command.starts_on, command.ends_on)
    _ensure_networks(command.utm)
    row = Campaign(
        **made_now(caller, command, now=now),
        **command.model_dump(exclude={"id"}),
    )
    await insert(session, row, taken="This campaign exists already.")
    record(session, caller, "campaign.created", ("campaign", row.id), now=now)
    return CampaignView.model_validate(row)


async def change_campaign(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeCampaign,
    *,
    expected_version: int | None,
    now: datetime,
) -> CampaignView:
    """What went out before keeps its links. Raises `Misfit`."""
    caller.need(Scope.CALENDARS_WRITE)
    row = await _campaign(session, caller, id_, expected_version)
    previous = apply(row, _values(command, row, now), now=now)
    if previous:
        about = ("campaign", id_)
        record_change(session, caller, "campaign.changed", about, row, previous, now=now)
    return CampaignView.model_validate(row)


async def remove_campaign(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Raises `InUse` while posts or ideas belong to it: archive it instead."""
    caller.need(Scope.CALENDARS_WRITE)
    row = await _campaign(session, caller, id_, expected_version)
    in_use = "Posts, ideas or recurrences belong to it; archive it instead."
    await remove(session, row, in_use=in_use)
    record(session, caller, "campaign.removed", ("campaign", id_), now=now)


def _values(command: ChangeCampaign, row: Campaign, now: datetime) -> dict[str, Any]:
    values = archiving(command.sent(), row.archived_at, now)
    if "utm" in values:
        _ensure_networks(values["utm"])
        values["utm"] = [each.model_dump() for each in values["utm"]]
    _ensure_days(values.get("starts_on", row.starts_on), values.get("ends_on", row.ends_on))
    return values


def _ensure_days(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        fault = Fault("/ends_on", "campaign.days_reversed", "Its last day is before its first.")
        raise Misfit(faults=(fault,))


def _ensure_networks(templates: Sequence[UtmTemplate]) -> None:
    faults = tuple(
        Fault(f"/utm/{place}/network", NetworkUnknown.code, f"There is no network {key}.")
        for place, template in enumerate(templates)
        if (key := template.network) is not None and find_network(key) is None
    )
    if faults:
        raise Misfit(faults=faults)


async def _campaign(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Campaign:
    statement = visible(caller).where(col(Campaign.id) == id_)
    return await find_for_change(
        session, statement, what="campaign", expected_version=expected_version
    )
