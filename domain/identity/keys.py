"""Personal API keys: a member's own, able to do no more than the token that makes them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.identity.bearer import hint_of, make_bearer
from domain.identity.shapes import ApiKeyView, CreateApiKey, NewApiKey, TokenKind
from domain.identity.tables import Token
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import Fault, MemberMissing, ScopeBeyond, TimePast
from domain.kernel.ids import new_id
from domain.kernel.sealing import fingerprint


async def create_api_key(
    session: AsyncSession, caller: Caller, command: CreateApiKey, *, now: datetime
) -> NewApiKey:
    """A key of the caller's own; its value is not kept.

    Raises `MemberMissing`, `ScopeBeyond` and `TimePast`. A community that is none grants nothing.
    """
    if caller.member_id is None:
        raise MemberMissing
    _check_scopes(caller, command.scopes)
    if command.expires_at is not None and command.expires_at <= now:
        raise TimePast("A key that has run out is of no use.", at="/expires_at")
    bearer = make_bearer(caller.workspace_id)
    row = Token(
        workspace_id=caller.workspace_id,
        id=new_id(),
        kind=TokenKind.KEY,
        name=command.name,
        fingerprint=fingerprint(bearer),
        hint=hint_of(bearer),
        scopes=sorted(set(command.scopes)),
        communities=_communities(caller, command.communities),
        addresses=command.addresses,
        member_id=caller.member_id,
        grant_id=caller.grant_id,
        created_at=now,
        expires_at=command.expires_at,
    )
    session.add(row)
    await session.flush()
    about = {"name": row.name, "scopes": row.scopes}
    record(session, caller, "api_key.created", ("api_key", row.id), now=now, data=about)
    return NewApiKey(key=bearer, **ApiKeyView.model_validate(row).model_dump())


def _check_scopes(caller: Caller, scopes: Iterable[Scope]) -> None:
    beyond = sorted(set(scopes) - caller.scopes)
    if beyond:
        message = f"The token itself lacks {', '.join(beyond)}."
        raise ScopeBeyond(message, faults=(Fault("/scopes", ScopeBeyond.code, message),))


def _communities(caller: Caller, asked: list[UUID] | None) -> list[UUID] | None:
    if caller.communities is None:
        return asked
    if asked is None:
        return sorted(caller.communities)
    if not caller.communities.issuperset(asked):
        message = "The token itself does not see all of these communities."
        raise ScopeBeyond(message, faults=(Fault("/communities", ScopeBeyond.code, message),))
    return asked
