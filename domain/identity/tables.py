"""What callers hold: applications, grants, authorisations, tokens as fingerprints, kept answers.

    Application ─< ApplicationSecret          registered by one workspace
    Grant ─< Authorisation ─< Token           of the workspace that lets the application in
                           ─< RefreshToken

A grant is a member's consent to an application, which it names by value: the application may
belong to another workspace. An authorisation is one walk through the consent page; everything that
came of it ends with it, by one change of one row.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from domain.kernel.ids import new_id
from domain.kernel.tables import (
    SHARED_TABLES,
    Kept,
    TenantRow,
    belongs_to,
    json,
    moment,
    sealed,
    string,
    texts,
)

SHARED_TABLES.update(
    {
        "device_codes",  # eight letters cannot carry a workspace, and none is chosen yet
        "signing_keys",  # id_tokens are signed by the installation
    }
)


def uuids(**options: Any) -> Any:  # noqa: ANN401 - Field's own signature
    return Field(sa_type=ARRAY(Uuid), **options)


class Application(Kept, table=True):
    __tablename__ = "applications"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], ondelete="CASCADE"),
        Index("applications_origins", "origins", postgresql_using="gin"),
    )

    name: str = string()
    description: str = string()
    homepage_url: str | None = string(default=None, nullable=True)
    kind: str = string()
    is_confidential: bool
    redirect_uris: list[str] = texts()
    post_logout_uris: list[str] = texts()
    origins: list[str] = texts()
    grant_types: list[str] = texts()
    scopes: list[str] = texts()
    id_token_algorithm: str = string()
    suspended_at: datetime | None = moment(default=None, nullable=True)


class ApplicationSecret(TenantRow, table=True):
    __tablename__ = "application_secrets"
    __table_args__ = (
        belongs_to("applications", "application_id", "CASCADE"),
        Index("application_secrets_by_application", "workspace_id", "application_id"),
    )

    application_id: UUID
    fingerprint: bytes = Field(sa_type=LargeBinary)
    hint: str = string()
    created_at: datetime = moment()
    expires_at: datetime | None = moment(default=None, nullable=True)


class Grant(TenantRow, table=True):
    __tablename__ = "grants"
    __table_args__ = (
        belongs_to("members", "member_id", "CASCADE"),
        # One living grant of a member to an application.
        Index(
            "grants_living",
            "workspace_id",
            "member_id",
            "application_workspace_id",
            "application_id",
            unique=True,
            postgresql_where=sql("revoked_at IS NULL"),
        ),
    )

    member_id: UUID
    application_workspace_id: UUID
    application_id: UUID
    application_name: str = string()
    scopes: list[str] = texts()
    communities: list[UUID] | None = uuids(default=None, nullable=True)
    created_at: datetime = moment()
    updated_at: datetime = moment()
    last_used_at: datetime | None = moment(default=None, nullable=True)
    revoked_at: datetime | None = moment(default=None, nullable=True)


class Authorisation(TenantRow, table=True):
    """`code_fingerprint` and what stands beside it belong to the code that started it."""

    __tablename__ = "authorisations"
    __table_args__ = (
        belongs_to("grants", "grant_id", "CASCADE"),
        UniqueConstraint("workspace_id", "code_fingerprint", name="authorisations_code"),
        Index("authorisations_by_grant", "workspace_id", "grant_id"),
    )

    grant_id: UUID
    scopes: list[str] = texts()
    communities: list[UUID] | None = uuids(default=None, nullable=True)
    authenticated_at: datetime = moment()
    methods: list[str] = texts()
    nonce: str | None = string(default=None, nullable=True)
    code_fingerprint: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    code_expires_at: datetime | None = moment(default=None, nullable=True)
    redirect_uri: str | None = string(default=None, nullable=True)
    challenge: str | None = string(default=None, nullable=True)
    created_at: datetime = moment()
    redeemed_at: datetime | None = moment(default=None, nullable=True)
    revoked_at: datetime | None = moment(default=None, nullable=True)


class Token(TenantRow, table=True):
    """Access tokens, personal API keys and operators' tokens: what a request can carry.

    Without a member it is the operator's own or, with an application, that of its own doing. A key
    that an application made belongs to its grant and ends with it.
    """

    __tablename__ = "tokens"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], ondelete="CASCADE"),
        belongs_to("members", "member_id", "CASCADE"),
        belongs_to("grants", "grant_id", "CASCADE"),
        belongs_to("authorisations", "authorisation_id", "CASCADE"),
        UniqueConstraint("workspace_id", "fingerprint", name="tokens_fingerprint"),
        Index("tokens_by_kind", "workspace_id", "kind", "id"),
        Index("tokens_by_member", "workspace_id", "member_id"),
        Index("tokens_by_grant", "workspace_id", "grant_id"),
        Index("tokens_by_authorisation", "workspace_id", "authorisation_id"),
    )

    kind: str = string(default="operator")
    name: str = string()
    fingerprint: bytes = Field(sa_type=LargeBinary)
    hint: str = string(default="")
    scopes: list[str] = texts()
    communities: list[UUID] | None = uuids(default=None, nullable=True)
    addresses: list[str] | None = texts(default=None, nullable=True)
    member_id: UUID | None = None
    application_workspace_id: UUID | None = None
    application_id: UUID | None = None
    grant_id: UUID | None = None
    authorisation_id: UUID | None = None
    created_at: datetime = moment()
    expires_at: datetime | None = moment(default=None, nullable=True)
    last_used_at: datetime | None = moment(default=None, nullable=True)
    revoked_at: datetime | None = moment(default=None, nullable=True)


class KeptAnswer(SQLModel, table=True):
    """What a request with an Idempotency-Key was answered, kept with the change it made."""

    __tablename__ = "kept_answers"
    __table_args__ = (Index("kept_answers_by_age", "workspace_id", "kept_at"),)

    workspace_id: UUID = Field(primary_key=True)
    actor: str = string(primary_key=True)
    key: str = string(primary_key=True)
    request: bytes = Field(sa_type=LargeBinary)
    status: int
    headers: dict[str, str] = json()
    sealed_body: bytes = sealed()
    kept_at: datetime = moment()


class RefreshToken(TenantRow, table=True):
    """Good for one use: the next one replaces it, and a second use ends the authorisation."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        belongs_to("authorisations", "authorisation_id", "CASCADE"),
        UniqueConstraint("workspace_id", "fingerprint", name="refresh_tokens_fingerprint"),
        Index("refresh_tokens_by_authorisation", "workspace_id", "authorisation_id"),
    )

    authorisation_id: UUID
    fingerprint: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = moment(default=None, nullable=True)


class AuthorisationRequest(TenantRow, table=True):
    """What an application asks for, judged, while a person signs in and decides.

    Of the workspace that registered the application. One that the application pushed (RFC 9126)
    becomes another when a browser brings it.
    """

    __tablename__ = "authorisation_requests"
    __table_args__ = (
        belongs_to("applications", "application_id", "CASCADE"),
        UniqueConstraint("workspace_id", "fingerprint", name="authorisation_requests_fingerprint"),
        Index("authorisation_requests_by_end", "workspace_id", "expires_at"),
    )

    application_id: UUID
    fingerprint: bytes = Field(sa_type=LargeBinary)
    is_pushed: bool
    parameters: dict[str, str] = json()
    device_code_id: UUID | None = None
    created_at: datetime = moment()
    expires_at: datetime = moment()


class DeviceCode(SQLModel, table=True):
    """A device that waits for a person to type its eight letters."""

    __tablename__ = "device_codes"
    __table_args__ = (
        UniqueConstraint("fingerprint", name="device_codes_fingerprint"),
        UniqueConstraint("user_code", name="device_codes_user_code"),
        Index("device_codes_by_end", "expires_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    fingerprint: bytes = Field(sa_type=LargeBinary)
    user_code: str = string()
    application_workspace_id: UUID
    application_id: UUID
    scopes: list[str] = texts()
    interval_s: int
    created_at: datetime = moment()
    expires_at: datetime = moment()
    polled_at: datetime | None = moment(default=None, nullable=True)
    workspace_id: UUID | None = None
    authorisation_id: UUID | None = None
    denied_at: datetime | None = moment(default=None, nullable=True)


class SigningKey(SQLModel, table=True):
    """A key of this installation. Its id is the `kid`; it signs from a moment on."""

    __tablename__ = "signing_keys"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    algorithm: str = string()
    public_key: dict[str, Any] = json()
    sealed_key: bytes = sealed()
    created_at: datetime = moment()
    signs_from: datetime = moment()
