"""What consents carry, at rest: sealed, and bound to the row and column they rest in."""

from uuid import UUID

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from domain.accounts.tables import Consent, NetworkClient
from domain.connector.consent import Begun, Client
from domain.kernel.sealing import KeyRing, place_of


@dataclass(frozen=True)
class Intent:
    """What began a consent: the typed fields, and the two secrets it travels under."""

    fields: dict[str, str]
    link: str
    state: str


@dataclass(frozen=True)
class _Kept:
    url: str
    issuer: str | None
    secrets: dict[str, str]


_INTENT = TypeAdapter(Intent)
_BEGUN = TypeAdapter(_Kept)
_SECRETS = TypeAdapter(dict[str, str])


def seal_intent(keys: KeyRing, workspace_id: UUID, id_: UUID, intent: Intent) -> bytes:
    place = place_of("consents", "sealed_wish", workspace_id, id_)
    return keys.seal(_INTENT.dump_json(intent), place=place)


def open_intent(keys: KeyRing, row: Consent) -> Intent:
    """Raises `SealBroken`, as all here."""
    place = place_of("consents", "sealed_wish", row.workspace_id, row.id)
    return _INTENT.validate_json(keys.open(row.sealed_wish, place=place))


def seal_begun(keys: KeyRing, row: Consent, begun: Begun) -> bytes:
    kept = _Kept(begun.url, begun.issuer, dict(begun.secrets))
    place = place_of("consents", "sealed_begun", row.workspace_id, row.id)
    return keys.seal(_BEGUN.dump_json(kept), place=place)


def open_begun(keys: KeyRing, row: Consent) -> Begun:
    place = place_of("consents", "sealed_begun", row.workspace_id, row.id)
    kept = _BEGUN.validate_json(keys.open(row.sealed_begun or b"", place=place))
    return Begun(kept.url, kept.issuer, kept.secrets)


def seal_code(keys: KeyRing, row: Consent, code: str) -> bytes:
    return keys.seal(
        code.encode(), place=place_of("consents", "sealed_code", row.workspace_id, row.id)
    )


def open_code(keys: KeyRing, row: Consent) -> str:
    place = place_of("consents", "sealed_code", row.workspace_id, row.id)
    return keys.open(row.sealed_code or b"", place=place).decode()


def seal_client(keys: KeyRing, network: str, server: str, client: Client) -> bytes:
    secrets = _SECRETS.dump_json(dict(client.secrets))
    return keys.seal(secrets, place=place_of("network_clients", "sealed", network, server))


def open_client(keys: KeyRing, row: NetworkClient) -> Client:
    place = place_of("network_clients", "sealed", row.network, row.server)
    return Client(_SECRETS.validate_json(keys.open(row.sealed, place=place)), row.public)
