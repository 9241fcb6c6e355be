"""Pauses, and what calendars do with posts that could not go out in time."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import IN_SEEN, MOMENT, create_tenant_table, hold, kept, of

revision = "2026_11_27_0610"
down_revision = "2026_11_27_0203"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "calendars", sa.Column("catch_up", sa.Text(), nullable=False, server_default="publish")
    )
    op.add_column(
        "calendars",
        sa.Column("catch_up_after_min", sa.Integer(), nullable=False, server_default="60"),
    )
    create_tenant_table(
        "pauses",
        *kept(),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("calendar_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("paused_by", sa.Text(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        of("communities", "community_id"),
        of("calendars", "calendar_id", "CASCADE"),
        of("accounts", "account_id", "CASCADE"),
    )
    op.create_index("pauses_by_created", "pauses", ["workspace_id", "created_at", "id"])
    op.create_index(
        "pauses_open",
        "pauses",
        ["workspace_id", "community_id", "calendar_id", "account_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    hold("pauses", f"community_id IS NULL OR community_id = {IN_SEEN}")


def downgrade() -> None:
    op.drop_table("pauses")
    op.drop_column("calendars", "catch_up_after_min")
    op.drop_column("calendars", "catch_up")
