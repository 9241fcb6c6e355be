"""Tokens: made by operators, revoked by who may, checked on every request."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_, update
from sqlmodel import col, text
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.identity.bearer import client_id_of, hint_of, make_bearer
from domain.identity.queries import visible_tokens
from domain.identity.rules import both, listed, may_come_from
from domain.identity.shapes import NewToken, TokenKind
from domain.identity.tables import Grant, Token
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import AddressRefused, NotFound, TokenInvalid
from domain.kernel.ids import new_id, show
from domain.kernel.sealing import fingerprint
from domain.workspaces.queries import standing

USE_NOTED_EVERY = timedelta(minutes=1)
KNOWN = frozenset(Scope)
LOOK_UP = text("""
SELECT t.workspace_id, t.id, t.scopes, t.communities, t.addresses, t.member_id,
       t.application_workspace_id, t.application_id,
       coalesce(t.application_workspace_id, g.application_workspace_id) AS owner,
       coalesce(t.application_id, g.application_id) AS application,
       t.grant_id, g.scopes AS granted_scopes, g.communities AS granted_communities,
       t.expires_at, t.last_used_at, g.last_used_at AS grant_used_at,
       (SELECT c.ahead FROM test_clocks c WHERE c.workspace_id = t.workspace_id) AS ahead
  FROM tokens t
  LEFT JOIN grants g ON g.workspace_id = t.workspace_id AND g.id = t.grant_id
  LEFT JOIN authorisations a ON a.workspace_id = t.workspace_id AND a.id = t.authorisation_id
 WHERE t.fingerprint = :fingerprint
   AND t.revoked_at IS NULL AND g.revoked_at IS NULL AND a.revoked_at IS NULL
""")
APPLICATION_SCOPES = text("SELECT parvis_application_scopes(:owner, :application)")


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


@dataclass(frozen=True, slots=True)
class Checked:
    """Whom a bearer value stands for, and the ranges of addresses it may be used from."""

    caller: Caller
    networks: tuple[str, ...] | None

    def at(self, address: str | None) -> Caller:
        """The caller, if they come from one of the ranges. Raises `AddressRefused`."""
        if not may_come_from(address, self.networks):
            raise AddressRefused
        return self.caller


async def caller_for(
    session: AsyncSession, bearer: str, *, now: datetime, address: str | None = None
) -> Caller:
    """As `check_bearer`, for a request that comes from `address`. Raises `AddressRefused` too."""
    return (await check_bearer(session, bearer, now=now)).at(address)


async def check_bearer(session: AsyncSession, bearer: str, *, now: datetime) -> Checked:
    """Whom a bearer value stands for. The session carries the workspace the value names.

    What it may do is the least of what it was given, what its member allows its application now,
    what that application may still ask for and what the member may still do. So too for a key
    that an application made. Raises `TokenInvalid`.
    """
    connection = await session.connection()
    found = (await connection.execute(LOOK_UP, {"fingerprint": fingerprint(bearer)})).one_or_none()
    if found is None or (found.expires_at is not None and found.expires_at <= now):
        raise TokenInvalid
    scopes = KNOWN.intersection(found.scopes)
    communities = listed(found.communities)
    if found.grant_id is not None:
        scopes &= frozenset(found.granted_scopes)
        communities = both(communities, listed(found.granted_communities))
    if found.application is not None:
        scopes &= await _left_to_application(session, found)
    if found.member_id is not None:
        allowed = await standing(session, found.member_id)
        if allowed is None:
            raise TokenInvalid
        scopes &= allowed.scopes
        communities = both(communities, allowed.communities)
    await _note_use(session, found, now)
    networks = None if found.addresses is None else tuple(found.addresses)
    return Checked(_caller(found, scopes, communities), networks)


async def _left_to_application(session: AsyncSession, found: Row[Any]) -> frozenset[str]:
    asked = {"owner": found.owner, "application": found.application}
    scopes = (await session.exec(APPLICATION_SCOPES, params=asked)).scalar_one()  # type: ignore[call-overload]  # text
    if scopes is None:
        raise TokenInvalid
    return frozenset(scopes)


def _caller(
    found: Row[Any], scopes: frozenset[Scope], communities: frozenset[UUID] | None
) -> Caller:
    application_id = found.application_id
    if found.member_id is not None:
        actor = f"member:{show('mem', found.member_id)}"
    elif application_id is not None:
        actor = f"application:{show('app', application_id)}"
    else:
        actor = f"token:{show('tok', found.id)}"
    return Caller(
        found.workspace_id,
        actor,
        scopes,
        member_id=found.member_id,
        communities=communities,
        token_id=found.id,
        grant_id=found.grant_id,
        ahead=found.ahead,
        application=None
        if application_id is None
        else client_id_of(found.application_workspace_id, application_id),
    )


async def _note_use(session: AsyncSession, found: Row[Any], now: datetime) -> None:
    """Written at most once a minute: a busy token would else be a busy row."""
    stale = now - USE_NOTED_EVERY
    for table, id_, used_at in (
        (Token, found.id, found.last_used_at),
        (Grant, found.grant_id, found.grant_used_at),
    ):
        if id_ is not None and (used_at is None or used_at <= stale):
            await session.exec(
                update(table)
                .where(
                    col(table.workspace_id) == found.workspace_id,
                    col(table.id) == id_,
                    or_(col(table.last_used_at).is_(None), col(table.last_used_at) <= stale),
                )
                .values(last_used_at=now)
            )
