"""What rests sealed of providers and attempts, bound to its row."""

from uuid import UUID

from pydantic import TypeAdapter

from domain.kernel.sealing import KeyRing, place_of
from domain.providers.shapes import Client, Intent
from domain.providers.tables import ProviderAttempt, SignInProvider

_INTENT = TypeAdapter(Intent)


def seal_secret(keys: KeyRing, workspace_id: UUID, id_: UUID, secret: str) -> bytes:
    place = place_of("sign_in_providers", "sealed_secret", workspace_id, id_)
    return keys.seal(secret.encode(), place=place)


def client_of(keys: KeyRing, row: SignInProvider) -> Client:
    """Raises `SealBroken`, as all here."""
    if row.sealed_secret is None:
        return Client(row.issuer, row.client_id, None)
    place = place_of("sign_in_providers", "sealed_secret", row.workspace_id, row.id)
    return Client(row.issuer, row.client_id, keys.open(row.sealed_secret, place=place).decode())


def seal_intent(keys: KeyRing, workspace_id: UUID, id_: UUID, intent: Intent) -> bytes:
    place = place_of("provider_attempts", "sealed_intent", workspace_id, id_)
    return keys.seal(_INTENT.dump_json(intent), place=place)


def open_intent(keys: KeyRing, row: ProviderAttempt) -> Intent:
    place = place_of("provider_attempts", "sealed_intent", row.workspace_id, row.id)
    return _INTENT.validate_json(keys.open(row.sealed_intent, place=place))
