"""Access tokens, as fingerprints, and answers kept under an Idempotency-Key."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.kernel.tables import TenantRow, json, moment, string, texts


class Token(TenantRow, table=True):
    __tablename__ = "tokens"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "fingerprint", name="tokens_fingerprint"),
    )

    name: str = string()
    fingerprint: bytes = Field(sa_type=LargeBinary)
    scopes: list[str] = texts()
    created_at: datetime = moment()
    expires_at: datetime | None = moment(nullable=True)
    revoked_at: datetime | None = moment(nullable=True)


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
    body: bytes = Field(sa_type=LargeBinary)
    kept_at: datetime = moment()
