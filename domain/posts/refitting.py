"""Changes what scheduled posts depend on: they must still fit the networks they wait for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from domain.accounts import service as accounts
from domain.accounts.shapes import AccountView, ChangeAccount
from domain.accounts.tables import Account
from domain.campaigns import service as campaigns
from domain.campaigns.shapes import CampaignView, ChangeCampaign
from domain.campaigns.tables import Campaign
from domain.contacts.queries import names_ever_of
from domain.kernel.caller import Caller
from domain.kernel.errors import Fault, PostUnfit
from domain.posts.adapting import adaptations_of, audience_of
from domain.posts.content import content_of, find_media, judge
from domain.posts.inheriting import KEYS
from domain.posts.links import Links
from domain.posts.naming import with_names
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
        await _ensure_fit(session, caller, col(Post.campaign_id) == id_, pointer="/utm")
    return view


async def change_account(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeAccount,
    *,
    expected_version: int | None,
    now: datetime,
) -> AccountView:
    """Raises `PostUnfit` when what is adapted for its new readers would not fit its network."""
    view = await accounts.change_account(
        session, caller, id_, command, expected_version=expected_version, now=now
    )
    sent = [name for name in KEYS if name in command.sent()]
    if sent:
        await _ensure_fit(session, caller, col(Account.id) == id_, pointer=f"/{sent[0]}")
    return view


async def _ensure_fit(
    session: AsyncSession, caller: Caller, of: ColumnElement[bool], *, pointer: str
) -> None:
    await session.flush()
    rows = (await session.exec(_scheduled(caller, of))).all()
    adaptations = await adaptations_of(session, caller, [post.id for post, *_ in rows])
    tagged = []
    for post, variant, account, campaign in rows:
        audience = audience_of(account, variant)
        content = content_of(post, variant, audience, adaptations[post.id])
        links = Links(post.id, campaign.utm, campaign.name) if campaign else Links(post.id)
        tagged.append((content.tagged(links.on(account.network)), account.network))
    said = await with_names(session, caller, tagged, among=names_ever_of)
    media = await find_media(session, caller, (i for c in said for i in c.media_ids))
    faults = [
        Fault(pointer, misfit.code, f"{post.title}: {misfit.message}")
        for (post, _, account, _), content in zip(rows, said, strict=True)
        for misfit in judge(account, content, media, at=None).misfits
    ]
    if faults:
        raise PostUnfit(faults=tuple(faults[:MOST_FAULTS]))


def _scheduled(
    caller: Caller, of: ColumnElement[bool]
) -> Select[Post, Variant, Account, Campaign | None]:
    """What accounts will say of some posts, the soonest first."""
    return (
        select(Post, Variant, Account, Campaign)
        .join(Variant, _same(Variant, Post, "post_id"))
        .join(Account, _same(Variant, Account, "account_id"))
        .outerjoin(Campaign, _same(Post, Campaign, "campaign_id"))
        .where(
            col(Post.workspace_id) == caller.workspace_id,
            of,
            col(Post.state) == PostState.SCHEDULED,
            col(Account.removed_at).is_(None),
        )
        .order_by(col(Post.publish_at), col(Variant.id))
    )


def _same(
    child: type[Variant | Post], parent: type[Post | Account | Campaign], key: str
) -> ColumnElement[bool]:
    return and_(
        col(child.workspace_id) == col(parent.workspace_id),
        col(getattr(child, key)) == col(parent.id),
    )
