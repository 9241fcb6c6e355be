"""What the targets of a post say in the end, and what each layer says otherwise."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.queries import visible as visible_accounts
from domain.accounts.tables import Account
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.posts.adaptations import find_adaptation
from domain.posts.adapting import adaptations_of, audience_of
from domain.posts.content import content_of
from domain.posts.differing import differences, flat
from domain.posts.finding import variants_of
from domain.posts.inheriting import WORDS, Adapted, Audience, Inherited, inherited, suited
from domain.posts.links import links_of
from domain.posts.naming import with_names
from domain.posts.queries import visible
from domain.posts.tables import Post, Variant
from domain.posts.wording_shapes import (
    DiffView,
    ResolvedPostView,
    ResolvedTargetView,
    WordingOriginsView,
    WordingOriginView,
    WordingView,
)


async def resolve_post(session: AsyncSession, caller: Caller, id_: UUID) -> ResolvedPostView:
    """As it would go out now. Raises `NotFound`."""
    caller.need(Scope.POSTS_READ)
    post = await find(session, visible(caller).where(col(Post.id) == id_), what="post")
    variants = await variants_of(session, caller, id_)
    accounts = await _accounts(session, caller, variants)
    adaptations = (await adaptations_of(session, caller, [id_]))[id_]
    links = await links_of(session, caller, post.campaign_id, id_)
    targets = []
    for variant in variants:
        audience = audience_of(accounts[variant.account_id], variant)
        content = content_of(post, variant, audience, adaptations)
        tagged = content.tagged(links.on(audience.network)), audience.network
        [said] = await with_names(session, caller, [tagged])
        shown = {name: getattr(said, name) for name in (*WORDS, "visibility", "settings")}
        found = inherited(post, variant, audience, adaptations)
        targets.append(
            ResolvedTargetView(
                account_id=variant.account_id,
                **audience._asdict(),
                **shown,
                origins=_origins(found),
            )
        )
    return ResolvedPostView(post_id=id_, version=post.version, targets=targets)


async def diff_adaptation(session: AsyncSession, caller: Caller, id_: UUID) -> DiffView:
    """Against what it inherits: what is said to its audience without it. Raises `NotFound`."""
    caller.need(Scope.POSTS_READ)
    row = await find_adaptation(session, caller, id_)
    post = await find(session, visible(caller).where(col(Post.id) == row.post_id), what="post")
    all_of_them = (await adaptations_of(session, caller, [post.id]))[post.id]
    others = [each for each in all_of_them if each.id != id_]
    audience = Audience(row.network or "", row.locale, row.segment, row.tone)
    before = inherited(post, None, audience, others)
    after = inherited(post, None, audience, all_of_them)
    return await _diff(before, after, suited(others, audience))


async def diff_variant(session: AsyncSession, caller: Caller, id_: UUID) -> DiffView:
    """Against what is adapted for its account, and the post. Raises `NotFound`."""
    caller.need(Scope.POSTS_READ)
    statement = select(Variant).where(
        col(Variant.workspace_id) == caller.workspace_id, col(Variant.id) == id_
    )
    variant = await find(session, statement, what="variant")
    post = await find(session, visible(caller).where(col(Post.id) == variant.post_id), what="post")
    accounts = await _accounts(session, caller, [variant])
    audience = audience_of(accounts[variant.account_id], variant)
    adaptations = (await adaptations_of(session, caller, [post.id]))[post.id]
    before = inherited(post, None, audience, adaptations)
    after = inherited(post, variant, audience, adaptations)
    return await _diff(before, after, suited(adaptations, audience))


async def _accounts(
    session: AsyncSession, caller: Caller, variants: Sequence[Variant]
) -> dict[UUID, Account]:
    """Removed ones too: what they were to say can still be read."""
    ids = [each.account_id for each in variants]
    statement = visible_accounts(caller).where(col(Account.id).in_(ids))
    return {row.id: row for row in (await session.exec(statement)).all()}


async def _diff(before: Inherited, after: Inherited, layers: Sequence[Adapted]) -> DiffView:
    views = [
        WordingView(**{name: getattr(each, name) for name in WORDS}) for each in (before, after)
    ]
    first, second = (flat("", each.model_dump(mode="json")) for each in views)
    return DiffView(
        inherits_from=[each.id for each in layers],
        before=views[0],
        after=views[1],
        differences=await asyncio.to_thread(differences, first, second),
    )


def _origins(found: Inherited) -> WordingOriginsView:
    shown = {name: WordingOriginView(**origin._asdict()) for name, origin in found.origins.items()}
    return WordingOriginsView(**shown)
