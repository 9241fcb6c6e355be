"""Changes campaigns whose posts wait to go out: their links must not become too long for them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from domain.accounts.tables import Account
from domain.campaigns import service as campaigns
from domain.campaigns.queries import find_campaign
from domain.campaigns.shapes import CampaignView, ChangeCampaign
from domain.kernel.caller import Caller
from domain.kernel.errors import Fault, PostUnfit
from domain.posts.adapting import adaptations_of, audience_of
from domain.posts.content import content_of, find_media, judge
from domain.posts.links import Links
from domain.posts.rules import PostState
from domain.posts.tables import Post, Variant

IN_LINKS = {"name", "utm"}
"""What of a campaign stands in links."""
MOST_FAULTS = 50


async def change_campaign(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeCampaign,
    *,
    expected_version: int | None,
    now: datetime,
) -> CampaignView:
    """Raises `PostUnfit` when a scheduled post would no longer fit, and `Misfit`."""
    view = await campaigns.change_campaign(
        session, caller, id_, command, expected_version=expected_version, now=now
    )
    if IN_LINKS & command.sent().keys():
        await session.flush()
        await _ensure_fit(session, caller, id_)
    return view


async def _ensure_fit(session: AsyncSession, caller: Caller, campaign_id: UUID) -> None:
    campaign = await find_campaign(session, caller, campaign_id)
    rows = (await session.exec(_scheduled(caller, campaign_id))).all()
    adaptations = await adaptations_of(session, caller, [post.id for post, *_ in rows])
    said = []
    for post, variant, account in rows:
        audience = audience_of(account, variant)
        content = content_of(post, variant, audience, adaptations[post.id])
        links = Links(post.id, campaign.utm, campaign.name).on(account.network)
        said.append((post.title, account, content.tagged(links)))
    media = await find_media(session, caller, (i for *_, c in said for i in c.media_ids))
    faults = [
        Fault("/utm", misfit.code, f"{title}: {misfit.message}")
        for title, account, content in said
        for misfit in judge(account, content, media, at=None).misfits
    ]
    if faults:
        raise PostUnfit(faults=tuple(faults[:MOST_FAULTS]))


def _scheduled(caller: Caller, campaign_id: UUID) -> Select[Post, Variant, Account]:
    """What accounts will say of a campaign's posts, the soonest first."""
    return (
        select(Post, Variant, Account)
        .join(Variant, _same(Variant, Post, "post_id"))
        .join(Account, _same(Variant, Account, "account_id"))
        .where(
            col(Post.workspace_id) == caller.workspace_id,
            col(Post.campaign_id) == campaign_id,
            col(Post.state) == PostState.SCHEDULED,
            col(Account.removed_at).is_(None),
        )
        .order_by(col(Post.publish_at), col(Variant.id))
    )


def _same(child: type[Variant], parent: type[Post | Account], key: str) -> ColumnElement[bool]:
    return and_(
        col(child.workspace_id) == col(parent.workspace_id),
        col(getattr(child, key)) == col(parent.id),
    )
