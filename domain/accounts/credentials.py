"""Logins and grants at rest: sealed, and bound to the row and column they rest in."""

from dataclasses import replace
from uuid import UUID

from pydantic import TypeAdapter

from domain.connector.words import Grant, Login
from domain.kernel.sealing import KeyRing, place_of

_GRANT = TypeAdapter(Grant)
_LOGIN = TypeAdapter(Login)


def seal_grant(keys: KeyRing, workspace_id: UUID, account_id: UUID, grant: Grant) -> bytes:
    place = place_of("accounts", "sealed_grant", workspace_id, account_id)
    return keys.seal(_GRANT.dump_json(grant), place=place)


def open_grant(keys: KeyRing, workspace_id: UUID, account_id: UUID, sealed: bytes) -> Grant:
    """Raises `SealBroken`."""
    place = place_of("accounts", "sealed_grant", workspace_id, account_id)
    return _GRANT.validate_json(keys.open(sealed, place=place))


def seal_login(keys: KeyRing, workspace_id: UUID, account_id: UUID, login: Login) -> bytes:
    place = place_of("accounts", "sealed_login", workspace_id, account_id)
    return keys.seal(_LOGIN.dump_json(login), place=place)


def open_login(keys: KeyRing, workspace_id: UUID, account_id: UUID, sealed: bytes) -> Login:
    """Raises `SealBroken`."""
    place = place_of("accounts", "sealed_login", workspace_id, account_id)
    return _LOGIN.validate_json(keys.open(sealed, place=place))


def renewed(kept: Grant, new: Grant) -> Grant:
    """The new grant; what it leaves empty never wipes out what is kept."""
    return replace(new, refresh=new.refresh or kept.refresh, extra={**kept.extra, **new.extra})
