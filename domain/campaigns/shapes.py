"""Campaigns: commands in, views out."""

from typing import Annotated

from pydantic import AfterValidator, Field

from domain.accounts.shapes import NetworkKey
from domain.campaigns.rules import TEMPLATE
from domain.kernel.clock import Day, Moment
from domain.kernel.ids import CampaignId, CommunityId, Own
from domain.kernel.names import Visible
from domain.kernel.shapes import Change, Command, View, may_change

Name = Annotated[str, Field(min_length=1, max_length=120, examples=["Vendanges 2026"]), Visible]
Objective = Annotated[str, Field(max_length=2000, examples=["200 inscriptions à la balade."])]
Label = Annotated[str, Field(min_length=1, max_length=60, examples=["vigne"]), Visible]
Labels = Annotated[list[Label], Field(max_length=30)]
Template = Annotated[str, Field(max_length=200, pattern=TEMPLATE, examples=["{network}"])]


class UtmTemplate(Command):
    """What links carry; `{network}`, `{campaign}` and `{post}` are filled in."""

    network: NetworkKey | None = Field(
        default=None, description="Key of the network; null: every network without its own."
    )
    source: Template | None = Field(default=None, description="`utm_source`.")
    medium: Template | None = Field(default=None, description="`utm_medium`.")
    campaign: Template | None = Field(default=None, description="`utm_campaign`.")
    term: Template | None = Field(default=None, description="`utm_term`.")
    content: Template | None = Field(default=None, description="`utm_content`.")


class UtmView(View):
    """What links carry on a network."""

    network: str | None = Field(description="Key of the network; null: all that have no other.")
    source: str | None = Field(description="`utm_source`.")
    medium: str | None = Field(description="`utm_medium`.")
    campaign: str | None = Field(description="`utm_campaign`.")
    term: str | None = Field(description="`utm_term`.")
    content: str | None = Field(description="`utm_content`.")


def _one_per_network(templates: list[UtmTemplate]) -> list[UtmTemplate]:
    networks = [template.network for template in templates]
    if len(set(networks)) != len(networks):
        raise ValueError("Each network has one template.")
    return templates


Utm = Annotated[list[UtmTemplate], Field(max_length=30), AfterValidator(_one_per_network)]


class CampaignView(View):
    id: CampaignId = Field(description="The campaign's id.")
    community_id: CommunityId = Field(description="The community it is for.")
    name: str = Field(description="Its name for people; links carry it as `{campaign}`.")
    objective: str = Field(description="What it is to reach.")
    labels: list[str] = Field(description="Words of the house to find it by.")
    starts_on: Day | None = Field(description="Its first day; null: open.")
    ends_on: Day | None = Field(description="Its last day; null: open.")
    utm: list[UtmView] = Field(description="What the links of its posts carry, by network.")
    archived_at: Moment | None = Field(description="When it was archived; null while it runs.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was made.")
    updated_at: Moment = Field(description="When it was last changed.")


class CreateCampaign(Command):
    id: Own[CampaignId] | None = Field(
        default=None, description="A UUIDv7 of your own, if you like."
    )
    community_id: CommunityId = Field(description="The community it is for.")
    name: Name = Field(description="Its name for people; links carry it as `{campaign}`.")
    objective: Objective = Field(default="", description="What it is to reach.")
    labels: Labels = Field(default=[], description="Words of the house to find it by.")
    starts_on: Day | None = Field(default=None, description="Its first day.")
    ends_on: Day | None = Field(default=None, description="Its last day, not before the first.")
    utm: Utm = Field(default=[], description="What the links of its posts carry, by network.")


class ChangeCampaign(Change):
    name: Name = may_change("Its name for people; links carry it as `{campaign}`.")
    objective: Objective = may_change("What it is to reach.")
    labels: Labels = may_change("Words of the house to find it by.")
    starts_on: Day | None = may_change("Its first day; null: open.")
    ends_on: Day | None = may_change("Its last day, not before the first; null: open.")
    utm: Utm = may_change("What its links carry; replaces the templates before.")
    is_archived: bool = may_change(
        "Archive it, or bring it back; what is planned in it goes out all the same."
    )
