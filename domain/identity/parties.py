"""Plain values of the authorisation server: who asks, what was allowed, what is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.identity.shapes import ApplicationKind, GrantType, SigningAlgorithm


@dataclass(frozen=True, slots=True)
class Client:
    """A living application, whatever workspace it serves; `secrets` are fingerprints."""

    workspace_id: UUID
    id: UUID
    client_id: str
    name: str
    homepage_url: str | None
    kind: ApplicationKind
    is_confidential: bool
    redirect_uris: tuple[str, ...]
    post_logout_uris: tuple[str, ...]
    grant_types: frozenset[GrantType]
    scopes: frozenset[str]
    id_token_algorithm: SigningAlgorithm
    secrets: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long what is given lasts; a refresh token's begins anew with each use."""

    code: timedelta
    access: timedelta
    refresh: timedelta
    device_code: timedelta


@dataclass(frozen=True, slots=True)
class Consent:
    """What a member allows a client, and how they proved who they are.

    `refused` is what they were offered and left out: it ends where they allowed it before.
    """

    client: Client
    member_id: UUID
    scopes: frozenset[str]
    refused: frozenset[str]
    communities: frozenset[UUID] | None
    authenticated_at: datetime
    methods: frozenset[str]


@dataclass(frozen=True, slots=True)
class Authorised:
    """What came of a consent: the authorisation that tokens are given by."""

    workspace_id: UUID
    id: UUID
    grant_id: UUID
    member_id: UUID
    user_id: UUID
    scopes: frozenset[str]
    communities: frozenset[UUID] | None
    authenticated_at: datetime
    methods: frozenset[str]
    nonce: str | None
    redirect_uri: str | None
    challenge: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """An authorisation request that was judged and waits for a person."""

    client_id: str
    parameters: Mapping[str, str]
    device_code_id: UUID | None
    asked_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Issued:
    """Bearer values as they are given out, once."""

    access: str
    refresh: str | None
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Known:
    """A living token as introspection tells of it (RFC 7662)."""

    is_refresh: bool
    workspace_id: UUID
    scopes: frozenset[str]
    user_id: UUID | None
    created_at: datetime
    expires_at: datetime | None
