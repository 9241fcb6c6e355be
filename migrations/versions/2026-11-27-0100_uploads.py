"""Uploads, on their way to become media."""

import sqlalchemy as sa
from alembic import op

from migrations.due import WITH_CLOCKS, WITH_UPLOADS, tell_due
from migrations.tenancy import MOMENT, create_tenant_table, kept, of

revision = "2026_11_27_0100"
down_revision = "2026_11_27_0301"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tenant_table(
        "uploads",
        *kept(),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("alt_text", sa.Text(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("offset_bytes", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("act_at", MOMENT, nullable=True),
        sa.Column("problem_code", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("media_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        of("media", "media_id", "SET NULL (media_id)"),
    )
    op.create_index("uploads_of_media", "uploads", ["workspace_id", "media_id"])
    op.create_index("uploads_by_expiry", "uploads", ["workspace_id", "expires_at"])
    op.create_index(
        "uploads_due",
        "uploads",
        ["act_at"],
        postgresql_include=["workspace_id"],
        postgresql_where=sa.text("act_at IS NOT NULL"),
    )
    tell_due(WITH_UPLOADS)


def downgrade() -> None:
    tell_due(WITH_CLOCKS)
    op.drop_table("uploads")
