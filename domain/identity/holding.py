"""What a client holds: told about to itself alone, and given up."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.identity.bearer import BearerKind
from domain.identity.parties import Client, Known
from domain.identity.tables import Authorisation, Token
from domain.kernel.sealing import fingerprint

HELD_ACCESS = text("""
SELECT t.workspace_id, t.id, t.authorisation_id, t.scopes, g.scopes AS granted_scopes,
       t.created_at, t.expires_at, NULL AS used_at, m.user_id
  FROM tokens t
  LEFT JOIN grants g ON g.workspace_id = t.workspace_id AND g.id = t.grant_id
  LEFT JOIN authorisations a ON a.workspace_id = t.workspace_id AND a.id = t.authorisation_id
  LEFT JOIN members m ON m.workspace_id = t.workspace_id AND m.id = t.member_id
 WHERE t.fingerprint = :fingerprint AND t.kind = 'access'
   AND t.application_workspace_id = :owner AND t.application_id = :application
   AND t.revoked_at IS NULL AND g.revoked_at IS NULL AND a.revoked_at IS NULL
""")
PERSON_OF = text("""
SELECT t.workspace_id, t.scopes, g.scopes AS granted_scopes, t.created_at, t.expires_at, m.user_id,
       parvis_application_scopes(t.application_workspace_id, t.application_id) AS left_scopes
  FROM tokens t JOIN members m ON m.workspace_id = t.workspace_id AND m.id = t.member_id
  LEFT JOIN grants g ON g.workspace_id = t.workspace_id AND g.id = t.grant_id
 WHERE t.id = :token AND t.kind = 'access' AND m.user_id IS NOT NULL
""")
HELD_REFRESH = text("""
SELECT r.workspace_id, NULL AS id, r.authorisation_id, a.scopes, g.scopes AS granted_scopes,
       r.created_at, r.expires_at, r.used_at, m.user_id
  FROM refresh_tokens r
  JOIN authorisations a ON a.workspace_id = r.workspace_id AND a.id = r.authorisation_id
  JOIN grants g ON g.workspace_id = a.workspace_id AND g.id = a.grant_id
  JOIN members m ON m.workspace_id = g.workspace_id AND m.id = g.member_id
 WHERE r.fingerprint = :fingerprint
   AND g.application_workspace_id = :owner AND g.application_id = :application
   AND g.revoked_at IS NULL AND a.revoked_at IS NULL
""")


async def known_token(
    session: AsyncSession, client: Client, value: str, *, now: datetime
) -> Known | None:
    """A living token of the client; None for what is not its own, so that nothing can be probed."""
    found = await _held(session, client, value)
    if found is None or found.used_at is not None or _is_over(found, now):
        return None
    return _known(found, client.scopes, is_refresh=_is_refresh(value))


def _known(found: Row[Any], left: Iterable[str], *, is_refresh: bool) -> Known:
    """`left` is what its application may still ask for."""
    scopes = frozenset(found.scopes).intersection(left)
    if found.granted_scopes is not None:
        scopes &= frozenset(found.granted_scopes)
    return Known(
        is_refresh=is_refresh,
        workspace_id=found.workspace_id,
        scopes=scopes,
        user_id=found.user_id,
        created_at=found.created_at,
        expires_at=found.expires_at,
    )


async def person_told(session: AsyncSession, token_id: UUID) -> Known | None:
    """The person an access token acts for, with all scopes it has; None for a key."""
    connection = await session.connection()
    found = (await connection.execute(PERSON_OF, {"token": token_id})).one_or_none()
    return None if found is None else _known(found, found.left_scopes or (), is_refresh=False)


async def give_up(session: AsyncSession, client: Client, value: str, *, now: datetime) -> None:
    """Ends a token of the client; with a refresh token all that came of its authorisation.

    Also with one that was used: the answer that brought the next may never have come.
    """
    found = await _held(session, client, value)
    if found is None:
        return
    if _is_refresh(value):
        key = (found.workspace_id, found.authorisation_id)
        (await session.get_one(Authorisation, key)).revoked_at = now
    else:
        (await session.get_one(Token, (found.workspace_id, found.id))).revoked_at = now


def _is_refresh(value: str) -> bool:
    return value.startswith(BearerKind.REFRESH)


def _is_over(found: Row[Any], now: datetime) -> bool:
    return found.expires_at is not None and found.expires_at <= now


async def _held(session: AsyncSession, client: Client, value: str) -> Row[Any] | None:
    connection = await session.connection()
    asked = {
        "fingerprint": fingerprint(value),
        "owner": client.workspace_id,
        "application": client.id,
    }
    statement = HELD_REFRESH if _is_refresh(value) else HELD_ACCESS
    return (await connection.execute(statement, asked)).one_or_none()
