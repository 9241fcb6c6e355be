"""Has a post say again what it said before: a change like any other, on top of the rest."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import Fault, NotFound, PartsGone
from domain.kernel.ids import PREFIXES, read_any
from domain.posts.adaptation_shapes import AdaptationInput
from domain.posts.command_shapes import ChangePost, VariantInput
from domain.posts.content import find_accounts, find_media
from domain.posts.quotes import find_quoted, is_own
from domain.posts.service import change_post
from domain.posts.shapes import PostDetail
from domain.posts.versions import SAID, find_version


async def restore_post(
    session: AsyncSession, caller: Caller, id_: UUID, *, expected_version: int | None, now: datetime
) -> PostDetail:
    """Raises `NotFound`, `PartsGone` for what it names that is there no longer; `change_post`'s."""
    caller.need(Scope.POSTS_WRITE)
    version = await find_version(session, caller, id_)
    command = ChangePost.model_validate({name: getattr(version, name) for name in SAID})
    ids = caller, version.post_id
    try:
        return await change_post(session, *ids, command, expected_version=expected_version, now=now)
    except NotFound:
        faults = [
            Fault(place, NotFound.code, f"There is no such {kind} any more.")
            for place, kind, id_ in _named(command)
            if await _is_gone(session, caller, kind, id_)
        ]
        if not faults:
            raise
        raise PartsGone(faults=tuple(faults)) from None


Named = tuple[str, str, UUID]
"""Where in a version something is named, what it is, and its id."""


def _named(said: ChangePost) -> Iterator[Named]:
    yield from _shown(said, "")
    parts: tuple[tuple[str, Sequence[AdaptationInput | VariantInput]], ...] = (
        ("adaptations", said.adaptations),
        ("variants", said.variants),
    )
    for name, each_of in parts:
        for place, each in enumerate(each_of):
            if isinstance(each, VariantInput):
                yield f"/{name}/{place}/account_id", PREFIXES["acct"], each.account_id
            yield from _shown(each, f"/{name}/{place}")


def _shown(said: ChangePost | AdaptationInput | VariantInput, at: str) -> Iterator[Named]:
    for place, id_ in enumerate(said.media_ids or ()):
        yield f"{at}/media_ids/{place}", PREFIXES["med"], id_
    if said.quote_of is not None and is_own(said.quote_of):
        yield f"{at}/quote_of", *read_any(said.quote_of)


async def _is_gone(session: AsyncSession, caller: Caller, kind: str, id_: UUID) -> bool:
    try:
        if kind == PREFIXES["acct"]:
            await find_accounts(session, caller, [id_])
        elif kind == PREFIXES["med"]:
            await find_media(session, caller, [id_])
        else:
            await find_quoted(session, caller, kind, id_)
    except NotFound:
        return True
    return False
