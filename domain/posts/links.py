"""What the links of a post carry on each network: the UTM parameters of its campaign."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.campaigns.queries import find_campaign
from domain.campaigns.rules import Parameters, Templates, parameters_for
from domain.kernel.caller import Caller
from domain.kernel.ids import show


@dataclass(frozen=True, slots=True)
class Links:
    """`campaign` is its name."""

    post_id: UUID
    templates: Templates = ()
    campaign: str = ""

    def on(self, network: str) -> Parameters:
        post = show("post", self.post_id)
        return parameters_for(self.templates, network, campaign=self.campaign, post=post)


async def links_of(
    session: AsyncSession, caller: Caller, campaign_id: UUID | None, post_id: UUID
) -> Links:
    """Raises `NotFound`."""
    if campaign_id is None:
        return Links(post_id)
    row = await find_campaign(session, caller, campaign_id)
    return Links(post_id, row.utm, row.name)
