"""Tokens: made by operators, revoked by who may."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.identity.bearer import hint_of, make_bearer
from domain.identity.queries import visible_tokens
from domain.identity.shapes import NewToken, TokenKind
from domain.identity.tables import Token
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import NotFound
from domain.kernel.ids import new_id
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
        hint=hint_of(bearer),
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
    await _revoke(session, caller, id_, kind="token", now=now)


async def revoke_api_key(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> None:
    """As for a token."""
    await _revoke(session, caller, id_, kind="api_key", now=now)


async def _revoke(
    session: AsyncSession, caller: Caller, id_: UUID, *, kind: str, now: datetime
) -> None:
    kinds = (TokenKind.KEY,) if kind == "api_key" else (TokenKind.OPERATOR, TokenKind.ACCESS)
    statement = visible_tokens(caller, kinds).where(col(Token.id) == id_).with_for_update()
    row = (await session.exec(statement)).one_or_none()
    if row is None:
        raise NotFound(kind.replace("_", " "), [id_])
    row.revoked_at = now
    record(session, caller, f"{kind}.revoked", (kind, id_), now=now, data={"name": row.name})
