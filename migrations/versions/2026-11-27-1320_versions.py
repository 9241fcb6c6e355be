"""What people are told of the versions of networks, and a sandbox that plays the end of one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_27_1320"
down_revision = "2026_11_27_1300"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("version_notice", postgresql.JSONB(), nullable=True))
    op.add_column(
        "accounts", sa.Column("version_noticed_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "accounts_version_noticed",
        "accounts",
        ["workspace_id", "version_noticed_at", "id"],
        postgresql_where=sa.text("version_noticed_at IS NOT NULL"),
    )
    op.add_column(
        "sandbox_accounts",
        sa.Column("version_ends_at", sa.DateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    op.drop_column("sandbox_accounts", "version_ends_at")
    op.drop_index("accounts_version_noticed", "accounts")
    op.drop_column("accounts", "version_noticed_at")
    op.drop_column("accounts", "version_notice")
