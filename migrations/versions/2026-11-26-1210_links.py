"""One-time links that people are sent."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import MOMENT, grant_shared

revision = "2026_11_26_1210"
down_revision = "2026_11_26_1200"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "one_time_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("next_path", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fingerprint", name="one_time_links_fingerprint"),
    )
    op.create_index("one_time_links_by_email", "one_time_links", ["email", "purpose"])
    op.create_index(
        "one_time_links_by_user",
        "one_time_links",
        ["user_id"],
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )
    op.create_index("one_time_links_by_end", "one_time_links", ["expires_at"])
    grant_shared("one_time_links")


def downgrade() -> None:
    op.drop_table("one_time_links")
