"""The policies that apply to posts, and those of them that have not approved what is said now."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.tables import Account
from domain.kernel.caller import Caller
from domain.policies.queries import policies_of
from domain.policies.rules import ApprovalState, Facts, applies, approval_state, words_of
from domain.policies.tables import ApprovalPolicy
from domain.posts.shapes import ApprovalView, HoldView
from domain.posts.tables import Adaptation, Post, PostVersion, Variant

Policies = Sequence[ApprovalPolicy]


async def policies_for(session: AsyncSession, caller: Caller, post: Post) -> Policies:
    """Those that apply to a post, in the order they are asked in."""
    return (await _applying(session, caller, [post]))[post.id]


async def missing_for(session: AsyncSession, caller: Caller, post: Post) -> Policies:
    """Those of them that have not approved what the post says now."""
    return (await missing_of(session, caller, [post])).get(post.id, ())


async def approvals_of(
    session: AsyncSession, caller: Caller, posts: Sequence[Post]
) -> dict[UUID, ApprovalView]:
    """How the approval of each post stands; where no community has policies, one statement."""
    applying = await _applying(session, caller, posts)
    missing = await _lacking(session, caller, posts, applying)
    return {
        post.id: ApprovalView(
            state=approval_state(
                is_held=post.held_at is not None,
                applies=bool(applying[post.id]),
                is_missing=post.id in missing,
                asked=ApprovalState(post.review_state) if post.review_state else None,
            ),
            policy_ids=[each.id for each in applying[post.id]],
            missing_policy_ids=[each.id for each in missing.get(post.id, ())],
            review_id=post.review_id,
            hold=_hold_of(post),
        )
        for post in posts
    }


def _hold_of(post: Post) -> HoldView | None:
    if post.held_at is None or post.hold_actor is None:
        return None
    return HoldView(reason=post.hold_reason or "", actor=post.hold_actor, held_at=post.held_at)


async def missing_of(
    session: AsyncSession, caller: Caller, posts: Sequence[Post]
) -> dict[UUID, Policies]:
    """What each post lacks, of those that lack anything."""
    return await _lacking(session, caller, posts, await _applying(session, caller, posts))


async def _lacking(
    session: AsyncSession,
    caller: Caller,
    posts: Sequence[Post],
    applying: Mapping[UUID, Policies],
) -> dict[UUID, Policies]:
    asked = [post for post in posts if applying[post.id]]
    if not asked:
        return {}
    approved = {post.id: post.approved_version_id for post in asked if post.approved_version_id}
    newest = await _newest_versions(session, caller, approved) if approved else {}
    found = {}
    for post in asked:
        is_same = post.id in approved and approved[post.id] == newest.get(post.id)
        given = set(post.approved_for) if is_same else set()
        found[post.id] = [each for each in applying[post.id] if each.id not in given]
    return {id_: each for id_, each in found.items() if each}


async def _applying(
    session: AsyncSession, caller: Caller, posts: Sequence[Post]
) -> dict[UUID, Policies]:
    known: Policies = ()
    if posts:
        known = await policies_of(session, caller, {post.community_id for post in posts})
    if not known:
        return {post.id: () for post in posts}
    has_topics = any(each.topics for each in known)
    words = await _words(session, caller, posts) if has_topics else {}
    facts = await _facts(session, caller, posts, words)
    return {post.id: [each for each in known if applies(each, facts[post.id])] for post in posts}


async def _facts(
    session: AsyncSession, caller: Caller, posts: Sequence[Post], words: Mapping[UUID, str]
) -> Mapping[UUID, Facts]:
    networks = await _networks(session, caller, [post.id for post in posts])
    used = await _used_campaigns(session, caller, {p.campaign_id for p in posts if p.campaign_id})
    return {
        post.id: Facts(
            community_id=post.community_id,
            calendar_id=post.calendar_id,
            networks=frozenset(networks[post.id]),
            labels=frozenset(post.labels),
            words=words.get(post.id, ""),
            is_first_use=post.campaign_id is not None and post.campaign_id not in used,
        )
        for post in posts
    }


async def _words(session: AsyncSession, caller: Caller, posts: Sequence[Post]) -> dict[UUID, str]:
    """What posts, their adaptations and accounts say; names in the house are not said."""
    said = {
        post.id: [post.text, *beside(post.poll, post.quote_of, post.first_comment)]
        for post in posts
    }
    layers: list[Adaptation | Variant] = []
    of_adaptations = select(Adaptation).where(
        col(Adaptation.workspace_id) == caller.workspace_id, col(Adaptation.post_id).in_(said)
    )
    layers += (await session.exec(of_adaptations)).all()
    of_variants = select(Variant).where(
        col(Variant.workspace_id) == caller.workspace_id, col(Variant.post_id).in_(said)
    )
    layers += (await session.exec(of_variants)).all()
    for each in layers:
        said[each.post_id] += [*(each.parts or ()), each.content_warning or ""]
        said[each.post_id] += beside(each.poll, each.quote_of, each.first_comment)
    return {id_: words_of(texts) for id_, texts in said.items()}


def beside(poll: Mapping[str, Any] | None, *texts: str | None) -> list[str]:
    return [*(poll["options"] if poll else ()), *(text or "" for text in texts)]


async def _networks(
    session: AsyncSession, caller: Caller, post_ids: Sequence[UUID]
) -> dict[UUID, set[str]]:
    statement = (
        select(Variant.post_id, Account.network)
        .join(
            Account,
            (col(Account.workspace_id) == col(Variant.workspace_id))
            & (col(Account.id) == col(Variant.account_id)),
        )
        .where(col(Variant.workspace_id) == caller.workspace_id, col(Variant.post_id).in_(post_ids))
    )
    found: dict[UUID, set[str]] = {id_: set() for id_ in post_ids}
    for post_id, network in (await session.exec(statement)).all():
        found[post_id].add(network)
    return found


async def _used_campaigns(
    session: AsyncSession, caller: Caller, ids: Collection[UUID]
) -> set[UUID | None]:
    """Those of which something was public."""
    if not ids:
        return set()
    statement = (
        select(Post.campaign_id)
        .where(
            col(Post.workspace_id) == caller.workspace_id,
            col(Post.campaign_id).in_(ids),
            col(Post.published_at).is_not(None),
        )
        .distinct()
    )
    return set((await session.exec(statement)).all())


async def _newest_versions(
    session: AsyncSession, caller: Caller, post_ids: Iterable[UUID]
) -> dict[UUID, UUID]:
    statement = (
        select(PostVersion.post_id, PostVersion.id)
        .where(
            col(PostVersion.workspace_id) == caller.workspace_id,
            col(PostVersion.post_id).in_(list(post_ids)),
        )
        .ext(distinct_on(col(PostVersion.post_id)))
        .order_by(col(PostVersion.post_id), col(PostVersion.number).desc())
    )
    return dict((await session.exec(statement)).all())
