"""Rows of adaptations: found for many posts at once, and made what a command says."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.tables import Account
from domain.kernel.caller import Caller
from domain.kernel.changes import apply, digest
from domain.kernel.errors import Fault, IdTaken, NetworkUnknown
from domain.kernel.ids import new_id
from domain.kernel.prepared import ANY_OF_IDS, WORKSPACE, of
from domain.networks import find
from domain.posts.adaptation_shapes import AdaptationInput, AddAdaptation
from domain.posts.content import find_media
from domain.posts.inheriting import KEYS, Audience
from domain.posts.quotes import ensure_quoted
from domain.posts.tables import Adaptation, Post, Variant

IDENTITY = frozenset({*KEYS, "id"})


OF_POSTS = (
    select(Adaptation)
    .where(col(Adaptation.workspace_id) == WORKSPACE, col(Adaptation.post_id) == ANY_OF_IDS)
    .order_by(col(Adaptation.id))
)


async def adaptations_of(
    session: AsyncSession, caller: Caller, post_ids: Sequence[UUID]
) -> dict[UUID, list[Adaptation]]:
    """As they were made; every post is there, with none as well."""
    found: dict[UUID, list[Adaptation]] = {id_: [] for id_ in post_ids}
    for row in (await session.exec(OF_POSTS, params=of(caller, post_ids))).all():
        found[row.post_id].append(row)
    return found


def audience_of(account: Account, variant: Variant) -> Audience:
    """Whom a target speaks to: as it says itself, else as its account does."""
    return Audience(
        account.network,
        variant.locale or account.locale,
        variant.segment or account.segment,
        variant.tone or account.tone,
    )


async def set_adaptations(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    there: list[Adaptation],
    given: Sequence[AdaptationInput],
    *,
    now: datetime,
) -> bool:
    """Makes the adaptations that are there those that are given; gives whether any is another.

    One for the same audience keeps its id. Raises `NetworkUnknown`, `NotFound`, `IdTaken`.
    """
    ensure_networks_known(given)
    await find_media(session, caller, (id_ for each in given for id_ in each.media_ids or ()))
    await ensure_quoted(session, caller, (each.quote_of for each in given))
    wanted = {each.key: each for each in given}
    kept = {_key(row): row for row in there}
    gone = [row for key, row in kept.items() if key not in wanted]
    new = {key: new_adaptation(post, each, now) for key, each in wanted.items() if key not in kept}
    changed = [
        apply(row, wanted[key].model_dump(exclude=set(IDENTITY)), now=now)
        for key, row in kept.items()
        if key in wanted
    ]
    for row in gone:
        await session.delete(row)
    session.add_all(new.values())
    there[:] = sorted(((kept | new)[key] for key in wanted), key=attrgetter("id"))
    try:
        await session.flush()
    except IntegrityError:
        raise IdTaken(at="/adaptations") from None
    return bool(gone or new or any(changed))


def new_adaptation(post: Post, given: AdaptationInput, now: datetime) -> Adaptation:
    sent = given if isinstance(given, AddAdaptation) else None
    return Adaptation(
        workspace_id=post.workspace_id,
        id=(sent and sent.id) or new_id(),
        post_id=post.id,
        created_at=now,
        updated_at=now,
        made_from=digest(sent) if sent else None,
        **given.model_dump(exclude={"id"}),
    )


def ensure_networks_known(given: Iterable[AdaptationInput]) -> None:
    """Raises `NetworkUnknown`."""
    faults = network_faults(given)
    if faults:
        raise NetworkUnknown(faults=tuple(faults))


def network_faults(given: Iterable[AdaptationInput]) -> list[Fault]:
    """A word for a network that nobody speaks to would never be said."""
    message = "There is no such network."
    return [
        Fault(f"/adaptations/{place}/network", NetworkUnknown.code, message)
        for place, each in enumerate(given)
        if each.network is not None and find(each.network) is None
    ]


def _key(row: Adaptation) -> tuple[str | None, ...]:
    return row.network, row.locale, row.segment, row.tone
