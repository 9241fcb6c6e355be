"""Outside providers of a workspace's people, attempts to sign in with them, and who is who."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from domain.kernel.tables import Kept, TenantRow, belongs_to, json, moment, sealed, string


class SignInProvider(Kept, table=True):
    """An OpenID provider, as this workspace is registered there."""

    __tablename__ = "sign_in_providers"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "name", name="sign_in_providers_name"),
    )

    name: str = string()
    issuer: str = string()
    client_id: str = string()
    sealed_secret: bytes | None = sealed(default=None, nullable=True)
    is_on: bool


class ProviderAttempt(TenantRow, table=True):
    """One browser on its way to a provider and back; what is secret of it rests sealed."""

    __tablename__ = "provider_attempts"
    __table_args__ = (
        belongs_to("sign_in_providers", "provider_id", "CASCADE"),
        UniqueConstraint("workspace_id", "fingerprint", name="provider_attempts_fingerprint"),
        Index("provider_attempts_due", "act_at", postgresql_where=sql("act_at IS NOT NULL")),
        Index("provider_attempts_by_end", "workspace_id", "expires_at"),
    )

    provider_id: UUID
    fingerprint: bytes = Field(sa_type=LargeBinary)
    """Of the cookie that binds it to its browser."""
    state: str = string()
    sealed_intent: bytes = sealed()
    """What went out with the question, and the code that came back."""
    found: dict[str, Any] = json()
    """Addresses of the provider; later who it says it was: `subject`, `email`."""
    next_path: str = string()
    problem: str | None = string(default=None, nullable=True)
    act_at: datetime | None = moment(default=None, nullable=True)
    created_at: datetime = moment()
    expires_at: datetime = moment()


class ProviderPerson(SQLModel, table=True):
    """Who somebody at a provider is here: they said so themselves, signed in by other means."""

    __tablename__ = "provider_people"
    __table_args__ = (
        belongs_to("sign_in_providers", "provider_id", "CASCADE"),
        Index("provider_people_by_user", "workspace_id", "user_id"),
    )

    workspace_id: UUID = Field(primary_key=True)
    provider_id: UUID = Field(primary_key=True)
    subject: str = string(primary_key=True)
    user_id: UUID
    """A value: people have no tenant."""
    created_at: datetime = moment()
