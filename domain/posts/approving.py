"""Whether a post may go out: the policies that apply to it, and what it was approved for.

Policies stand on the floor below. Approvals stand above and tell through `give_approval` which
version of a post was approved, for which policies; what a post says later was not.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.tables import Account
from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.database import driver_of
from domain.kernel.errors import Fault, NotApproved
from domain.kernel.ids import show
from domain.kernel.nudges import due_at
from domain.policies.queries import has_policies, policies_of
from domain.policies.rules import Facts, applies
from domain.policies.tables import ApprovalPolicy
from domain.posts import statements
from domain.posts.queries import visible, visible_deliveries
from domain.posts.rules import HOLD, DeliveryKind, DeliveryState
from domain.posts.tables import Delivery, Post, PostVersion, Variant

Policies = Sequence[ApprovalPolicy]


async def policies_for(session: AsyncSession, caller: Caller, post: Post) -> Policies:
    """Those that apply to a post, in the order they are asked in."""
    return (await _applying(session, caller, [post]))[post.id]


async def missing_for(session: AsyncSession, caller: Caller, post: Post) -> Policies:
    """Those of them that have not approved what the post says now."""
    return (await _missing(session, caller, [post])).get(post.id, ())


async def ensure_approved(session: AsyncSession, caller: Caller, post: Post) -> None:
    """Raises `NotApproved`, with a fault for each policy that is still to be satisfied."""
    missing = await missing_for(session, caller, post)
    if missing:
        raise _refusal(missing)


async def give_approval(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    version_id: UUID,
    policy_ids: Collection[UUID],
    *,
    now: datetime,
) -> None:
    """Keeps what was approved, and brings forward what was held for want of it."""
    before = post.approved_for if post.approved_version_id == version_id else []
    post.approved_version_id, post.approved_for = version_id, [*before, *policy_ids]
    data = {"post_version": show("pver", version_id)}
    record(session, caller, "post.approved", ("post", post.id), now=now, data=data)
    statement = visible_deliveries(caller).where(
        col(Delivery.post_id) == post.id,
        col(Delivery.state) == DeliveryState.WAITING,
        col(Delivery.due_at) <= now,
        col(Delivery.problem)["code"].astext == NotApproved.code,
    )
    for row in (await session.exec(statement.order_by(col(Delivery.id)).with_for_update())).all():
        row.act_at, row.problem = now, None
        row.version, row.updated_at = row.version + 1, now
        due_at(session, caller.workspace_id, row.id, now)


async def hold_unapproved(
    session: AsyncSession, caller: Caller, rows: Sequence[asyncpg.Record], *, now: datetime
) -> Sequence[asyncpg.Record]:
    """Holds of claimed deliveries those whose post lacks an approval; gives the others."""
    asked = {row["id"]: row["post_id"] for row in rows if _goes_out(row)}
    if not asked or not await has_policies(session, caller):
        return rows
    statement = visible(caller).where(col(Post.id).in_(set(asked.values())))
    missing = await _missing(session, caller, (await session.exec(statement)).all())
    held = {id_: missing[post_id] for id_, post_id in asked.items() if missing.get(post_id)}
    if not held:
        return rows
    raw = await driver_of(session)
    problems = [json.dumps(_problem(_refusal(each))) for each in held.values()]
    again_at, found = now + HOLD, [caller.workspace_id, list(held), problems]
    for row in await raw.fetch(statements.HOLD, *found, again_at, now):
        due_at(session, caller.workspace_id, row["id"], again_at)
        if row["told"] != NotApproved.code:
            _tell(session, caller, row, now)
    return [row for row in rows if row["id"] not in held]


def _goes_out(row: asyncpg.Record) -> bool:
    is_first = row["state"] == DeliveryState.GOING
    return is_first and row["kind"] == DeliveryKind.PUBLISH and row["post_id"] is not None


def _tell(session: AsyncSession, caller: Caller, row: asyncpg.Record, now: datetime) -> None:
    data = {
        "code": NotApproved.code,
        "account": show("acct", row["account_id"]),
        "post": show("post", row["post_id"]),
    }
    record(session, caller, "delivery.held", ("delivery", row["id"]), now=now, data=data)


def _refusal(missing: Policies) -> NotApproved:
    faults = (Fault("", "approval.missing", f"“{each.name}” is not satisfied.") for each in missing)
    names = ", ".join(each.name for each in missing)
    return NotApproved(f"Approval is missing for: {names}.", faults=tuple(faults))


def _problem(error: NotApproved) -> dict[str, object]:
    return {
        "code": error.code,
        "message": error.message,
        "said": "",
        "acting_party": error.acting_party,
        "is_retryable": True,
    }


async def _missing(
    session: AsyncSession, caller: Caller, posts: Sequence[Post]
) -> dict[UUID, Policies]:
    """What each post lacks, of those that lack anything."""
    applying = await _applying(session, caller, posts)
    asked = [post for post in posts if applying[post.id]]
    if not asked:
        return {}
    newest = await _newest_versions(session, caller, [post.id for post in asked])
    found = {}
    for post in asked:
        is_same = post.approved_version_id == newest.get(post.id)
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
    facts = await _facts(session, caller, posts)
    return {post.id: [each for each in known if applies(each, facts[post.id])] for post in posts}


async def _facts(
    session: AsyncSession, caller: Caller, posts: Sequence[Post]
) -> Mapping[UUID, Facts]:
    networks = await _networks(session, caller, [post.id for post in posts])
    used = await _used_campaigns(session, caller, {p.campaign_id for p in posts if p.campaign_id})
    return {
        post.id: Facts(
            community_id=post.community_id,
            calendar_id=post.calendar_id,
            networks=frozenset(networks[post.id]),
            labels=frozenset(post.labels),
            is_first_use=post.campaign_id is not None and post.campaign_id not in used,
        )
        for post in posts
    }


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
