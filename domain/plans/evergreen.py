"""Which variation an occurrence says: in turn, and none that its accounts said lately."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.queries import visible as visible_accounts
from domain.accounts.tables import Account
from domain.kernel.caller import Caller
from domain.kernel.clock import resolve, zone
from domain.kernel.errors import Fault, Misfit
from domain.plans.recurrence_shapes import VariationInput
from domain.plans.tables import Occurrence, Recurrence
from domain.posts.adaptation_shapes import AdaptationInput
from domain.posts.adapting import adaptations_of, audience_of
from domain.posts.command_shapes import VariantInput
from domain.posts.inheriting import suited
from domain.posts.rules import PostState
from domain.posts.tables import Post, Variant

Sayings = dict[UUID, tuple[datetime, set[str]]]
"""By post, when it goes out and the fingerprints of what is said in it."""
UNSAID = (PostState.CANCELLED, PostState.WITHDRAWN, PostState.FAILED)


@dataclass(frozen=True, slots=True)
class Said:
    """What a post of a recurrence says; `variation` is its fingerprint, None for the text."""

    text: str
    media_ids: list[UUID]
    variation: str | None


def fingerprint(text: str) -> str:
    """The same for texts that readers would call the same."""
    return hashlib.sha256(" ".join(text.casefold().split()).encode()).hexdigest()[:32]


def around(at: datetime, days: int, zone_name: str) -> tuple[datetime, datetime]:
    """From the midnight after the day so many days before, to the one before the day after.

    Days are counted on the calendar: a change of clocks makes no week shorter.
    """
    day = datetime.combine(at.astimezone(zone(zone_name)).date(), time())
    first, end = day - timedelta(days=days - 1), day + timedelta(days=days)
    return resolve(first, zone_name), resolve(end, zone_name)


def in_turn(keys: Sequence[str], used: Mapping[str, datetime]) -> list[str]:
    """Those never said first, in their order; then the one said longest ago."""
    never = [key for key in keys if key not in used]
    return never + sorted((key for key in keys if key in used), key=lambda key: used[key])


def ensure_distinct(
    adaptations: Sequence[AdaptationInput],
    variants: Sequence[VariantInput],
    variations: Sequence[VariationInput],
) -> None:
    """Raises `Misfit` for a text that comes twice, or that somebody's own would hide."""
    if not variations:
        return
    keys = [fingerprint(each.text) for each in variations]
    own = {
        "adaptations": [each.parts for each in adaptations],
        "variants": [each.parts for each in variants],
    }
    faults = [
        Fault(f"/variations/{place}/text", "variation.repeated", "It says what another one says.")
        for place, key in enumerate(keys)
        if key in keys[:place]
    ] + [
        Fault(f"/{name}/{place}/parts", "variation.hidden", "Its own text hides the variations.")
        for name, texts in own.items()
        for place, parts in enumerate(texts)
        if parts is not None
    ]
    if faults:
        raise Misfit(faults=tuple(faults))


async def choose(
    session: AsyncSession,
    caller: Caller,
    row: Recurrence,
    at: datetime,
    *,
    own: Occurrence,
    sayings: Sayings,
) -> Said | None:
    """What the occurrence at a moment says; None when every variation was said too lately.

    One that it says already stays, where it may.
    """
    if not row.variations:
        return Said(row.text, row.media_ids, None)
    given = [VariationInput.model_validate(each) for each in row.variations]
    by_key = {fingerprint(each.text): each for each in given}
    since, until = around(at, row.spacing_days, row.time_zone)
    said = {
        key
        for id_, (moment, keys) in sayings.items()
        if since <= moment < until and id_ != own.post_id
        for key in keys
    }
    order = in_turn(list(by_key), await _used(session, caller, row, besides=own.id))
    if own.variation in by_key:
        order.insert(0, own.variation)
    key = next((each for each in order if each not in said), None)
    if key is None:
        return None
    media_ids = by_key[key].media_ids
    return Said(by_key[key].text, row.media_ids if media_ids is None else media_ids, key)


async def sayings_of(
    session: AsyncSession, caller: Caller, row: Recurrence, *, now: datetime
) -> Sayings:
    """What its accounts said so lately that it counts, and what is planned that they say."""
    if not row.variations:
        return {}
    ids = [VariantInput.model_validate(each).account_id for each in row.variants]
    account_rows = await session.exec(visible_accounts(caller).where(col(Account.id).in_(ids)))
    accounts = {account.id: account for account in account_rows.all()}
    since, _ = around(now, row.spacing_days, row.time_zone)
    statement = (
        select(col(Post.id), col(Post.publish_at), col(Post.text), Variant)
        .join(
            Variant,
            (col(Variant.workspace_id) == col(Post.workspace_id))
            & (col(Variant.post_id) == col(Post.id)),
        )
        .where(
            col(Post.workspace_id) == caller.workspace_id,
            col(Post.publish_at) >= since,
            col(Post.state).not_in(UNSAID),
            col(Variant.account_id).in_(accounts.keys()),
        )
    )
    rows = (await session.exec(statement)).all()
    adaptations = await adaptations_of(session, caller, [id_ for id_, *_ in rows])
    found: Sayings = {}
    for id_, at, text, variant in rows:
        audience = audience_of(accounts[variant.account_id], variant)
        adapted = (each.parts for each in suited(adaptations[id_], audience))
        said = variant.parts or next(filter(None, adapted), [text])
        if at is not None:
            found.setdefault(id_, (at, set()))[1].add(fingerprint("\n".join(said)))
    return found


async def _used(
    session: AsyncSession, caller: Caller, row: Recurrence, *, besides: UUID
) -> dict[str, datetime]:
    """When each variation of the recurrence was said last, or will be."""
    statement = (
        select(col(Occurrence.variation), func.max(col(Occurrence.at)))
        .where(
            col(Occurrence.workspace_id) == caller.workspace_id,
            col(Occurrence.recurrence_id) == row.id,
            col(Occurrence.variation).is_not(None),
            col(Occurrence.id) != besides,
        )
        .group_by(col(Occurrence.variation))
    )
    return {key: at for key, at in (await session.exec(statement)).all() if key is not None}
