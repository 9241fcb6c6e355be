"""Codes and refresh tokens become access tokens, once; a second use ends all that came of them.

    code ──redeem──▶ access + refresh ──renew──▶ access + refresh ──renew──▶ …
     └─ again: the authorisation ends                └─ again: the authorisation ends

Every step locks the authorisation first: of two that come at once, one succeeds. What is given is
the least of what was allowed then, what the member allows now and what the client registered for.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.identity.bearer import BearerKind, hint_of, make_bearer
from domain.identity.consenting import member_by
from domain.identity.parties import Authorised, Client, Issued, Lifetimes
from domain.identity.rules import both, listed
from domain.identity.shapes import ApplicationKind, TokenKind
from domain.identity.tables import Authorisation, RefreshToken, Token
from domain.kernel.ids import new_id
from domain.kernel.sealing import fingerprint

LOCKED = text("""
SELECT a.workspace_id, a.id, a.grant_id, a.scopes, a.communities, a.authenticated_at, a.methods,
       g.scopes AS granted_scopes, g.communities AS granted_communities,
       a.nonce, a.redirect_uri, a.challenge, a.code_expires_at, a.redeemed_at,
       g.member_id, m.user_id,
       g.application_workspace_id = :owner AND g.application_id = :application AS is_own,
       a.revoked_at IS NULL AND g.revoked_at IS NULL AS is_living
  FROM authorisations a
  JOIN grants g ON g.workspace_id = a.workspace_id AND g.id = a.grant_id
  JOIN members m ON m.workspace_id = g.workspace_id AND m.id = g.member_id
 WHERE a.id = :authorisation AND m.user_id IS NOT NULL
   FOR UPDATE OF a
""")


async def redeem_code(
    session: AsyncSession, client: Client, code: str, *, now: datetime
) -> Authorised | None:
    """What a code stands for; None unless it is this client's, unused and young enough.

    One that was used before ends what it gave: keep the transaction, whatever is answered.
    """
    statement = select(Authorisation.id).where(
        col(Authorisation.code_fingerprint) == fingerprint(code)
    )
    found = await _locked(session, client, (await session.exec(statement)).one_or_none())
    if found is None:
        return None
    if found.redeemed_at is not None:
        await _end(session, client, found, reason="code_used_again", now=now)
        return None
    return _authorised(found, client) if found.code_expires_at > now else None


async def find_refresh(
    session: AsyncSession, client: Client, value: str, *, now: datetime
) -> Authorised | None:
    """What a refresh token stands for; as `redeem_code`."""
    statement = select(RefreshToken).where(col(RefreshToken.fingerprint) == fingerprint(value))
    row = (await session.exec(statement)).one_or_none()
    found = await _locked(session, client, row.authorisation_id if row else None)
    if row is None or found is None:
        return None
    # Another may have used it while this one waited for the lock.
    await session.refresh(row)
    if row.used_at is not None:
        await _end(session, client, found, reason="refresh_token_used_again", now=now)
        return None
    return _authorised(found, client) if row.expires_at > now else None


async def take_up(
    session: AsyncSession, client: Client, authorisation_id: UUID
) -> Authorised | None:
    """The authorisation a person gave to a waiting device; None once it was taken back."""
    found = await _locked(session, client, authorisation_id)
    return None if found is None else _authorised(found, client)


async def use_code(session: AsyncSession, authorised: Authorised, *, now: datetime) -> None:
    """Marks the authorisation as taken up: a second time is a theft."""
    row = await session.get_one(Authorisation, (authorised.workspace_id, authorised.id))
    row.redeemed_at = now


async def use_refresh(session: AsyncSession, value: str, *, now: datetime) -> None:
    statement = select(RefreshToken).where(col(RefreshToken.fingerprint) == fingerprint(value))
    (await session.exec(statement)).one().used_at = now


async def keep_tokens(
    session: AsyncSession,
    client: Client,
    authorised: Authorised,
    issued: Issued,
    *,
    lifetimes: Lifetimes,
    now: datetime,
) -> None:
    """Stores what is given out for an authorisation, as fingerprints."""
    session.add(
        Token(
            workspace_id=authorised.workspace_id,
            member_id=authorised.member_id,
            grant_id=authorised.grant_id,
            authorisation_id=authorised.id,
            communities=None if authorised.communities is None else sorted(authorised.communities),
            **_of_client(client, issued, lifetimes, now),
        )
    )
    if issued.refresh is not None:
        session.add(
            RefreshToken(
                workspace_id=authorised.workspace_id,
                id=new_id(),
                authorisation_id=authorised.id,
                fingerprint=fingerprint(issued.refresh),
                created_at=now,
                expires_at=now + lifetimes.refresh,
            )
        )
    await session.flush()


async def keep_own_token(
    session: AsyncSession, client: Client, issued: Issued, *, lifetimes: Lifetimes, now: datetime
) -> None:
    """Stores a token by which an application acts for itself, in its own workspace."""
    row = Token(workspace_id=client.workspace_id, **_of_client(client, issued, lifetimes, now))
    session.add(row)
    await session.flush()


def make_access(client: Client, workspace_id: UUID) -> str:
    """A new access token; those of test applications say so."""
    is_test = client.kind is ApplicationKind.TEST
    return make_bearer(workspace_id, BearerKind.TEST if is_test else BearerKind.LIVE)


def _of_client(
    client: Client, issued: Issued, lifetimes: Lifetimes, now: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": TokenKind.ACCESS,
        "name": client.name,
        "fingerprint": fingerprint(issued.access),
        "hint": hint_of(issued.access),
        "scopes": sorted(issued.scopes),
        "application_workspace_id": client.workspace_id,
        "application_id": client.id,
        "created_at": now,
        "expires_at": now + lifetimes.access,
    }


async def _locked(
    session: AsyncSession, client: Client, authorisation_id: UUID | None
) -> Row[Any] | None:
    """The client's own living authorisation, held until the transaction ends."""
    if authorisation_id is None:
        return None
    connection = await session.connection()
    asked = {
        "authorisation": authorisation_id,
        "owner": client.workspace_id,
        "application": client.id,
    }
    found = (await connection.execute(LOCKED, asked)).one_or_none()
    return found if found is not None and found.is_own and found.is_living else None


async def _end(
    session: AsyncSession, client: Client, found: Row[Any], *, reason: str, now: datetime
) -> None:
    row = await session.get_one(Authorisation, (found.workspace_id, found.id))
    row.revoked_at = now
    caller = member_by(client, found.workspace_id, found.member_id)
    about = {"reason": reason, "client_id": client.client_id}
    subject = ("grant", found.grant_id)
    record(session, caller, "grant.tokens_revoked", subject, now=now, data=about)


def _authorised(found: Row[Any], client: Client) -> Authorised | None:
    """None where nothing is left of what was allowed."""
    scopes = frozenset(found.scopes).intersection(found.granted_scopes, client.scopes)
    if not scopes:
        return None
    return Authorised(
        workspace_id=found.workspace_id,
        id=found.id,
        grant_id=found.grant_id,
        member_id=found.member_id,
        user_id=found.user_id,
        scopes=scopes,
        communities=both(listed(found.communities), listed(found.granted_communities)),
        authenticated_at=found.authenticated_at,
        methods=frozenset(found.methods),
        nonce=found.nonce,
        redirect_uri=found.redirect_uri,
        challenge=found.challenge,
    )
