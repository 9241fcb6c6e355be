"""Access tokens, as fingerprints."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, LargeBinary, UniqueConstraint
from sqlmodel import Field

from domain.kernel.tables import TenantRow, moment, string, texts


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
