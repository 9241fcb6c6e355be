"""The accounts that say a post: their variants made, kept and taken away."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.changes import apply
from domain.kernel.ids import new_id
from domain.posts.command_shapes import VariantInput
from domain.posts.content import find_accounts, find_media
from domain.posts.quotes import ensure_quoted
from domain.posts.tables import Post, Variant
from domain.posts.telling import ensure_variants_known


async def set_variants(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    there: list[Variant],
    given: Sequence[VariantInput],
    now: datetime,
) -> bool:
    """Makes the variants that are there those that are given; gives whether any is another.

    Accounts that stay keep their ids.
    """
    wanted = {each.account_id: each for each in given}
    accounts = await find_accounts(session, caller, wanted)
    ensure_variants_known(given, {id_: row.network for id_, row in accounts.items()})
    await find_media(session, caller, (id_ for v in wanted.values() for id_ in v.media_ids or ()))
    await ensure_quoted(session, caller, (each.quote_of for each in given))
    kept = {row.account_id: row for row in there}
    gone = [row for id_, row in kept.items() if id_ not in wanted]
    new = {id_: new_variant(post, each, now) for id_, each in wanted.items() if id_ not in kept}
    changed = [
        apply(row, wanted[id_].model_dump(exclude={"account_id"}), now=now)
        for id_, row in kept.items()
        if id_ in wanted
    ]
    for row in gone:
        await session.delete(row)
    session.add_all(new.values())
    there[:] = sorted(((kept | new)[id_] for id_ in wanted), key=attrgetter("id"))
    return bool(gone or new or any(changed))


def new_variant(post: Post, given: VariantInput, now: datetime) -> Variant:
    return Variant(
        workspace_id=post.workspace_id,
        id=new_id(),
        post_id=post.id,
        created_at=now,
        updated_at=now,
        **given.model_dump(),
    )
