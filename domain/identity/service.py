"""Tokens: made by operators, checked on every request."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.identity.bearer import make_bearer
from domain.identity.shapes import NewToken
from domain.identity.tables import Token
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import NotFound, TokenInvalid
from domain.kernel.ids import new_id, show
from domain.kernel.sealing import fingerprint


async def create_token(
    session: AsyncSession,
    caller: Caller,
    *,
    name: str,
    scopes: Iterable[Scope],
    expires_at: datetime | None,
    now: datetime,
) -> NewToken:
    """A token of the caller's workspace; its bearer value is not kept."""
    bearer = make_bearer(caller.workspace_id)
    row = Token(
        workspace_id=caller.workspace_id,
        id=new_id(),
        name=name,
        fingerprint=fingerprint(bearer),
        scopes=sorted(scopes),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(row)
    await session.flush()
    record(session, caller, "token.created", ("token", row.id), now=now, data={"name": name})
    return NewToken(
        id=row.id,
        token=bearer,
        name=name,
        scopes=[Scope(scope) for scope in row.scopes],
        expires_at=expires_at,
    )


async def revoke_token(session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime) -> None:
    """Ends a token everywhere within a second: checks are remembered no longer."""
    row = await session.get(Token, (caller.workspace_id, id_), with_for_update=True)
    if row is None:
        raise NotFound("token")
    if row.revoked_at is None:
        row.revoked_at = now
        record(session, caller, "token.revoked", ("token", id_), now=now)


async def caller_for(session: AsyncSession, bearer: str, *, now: datetime) -> Caller:
    """Whom a bearer value stands for. The session carries the workspace the value names.

    Raises `TokenInvalid`.
    """
    row = (
        await session.exec(select(Token).where(col(Token.fingerprint) == fingerprint(bearer)))
    ).one_or_none()
    if row is None or row.revoked_at is not None or (row.expires_at and row.expires_at <= now):
        raise TokenInvalid
    known = frozenset(Scope)
    scopes = frozenset(Scope(scope) for scope in row.scopes if scope in known)
    return Caller(row.workspace_id, f"token:{show('tok', row.id)}", scopes)
