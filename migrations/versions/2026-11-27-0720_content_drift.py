"""What networks show of deliveries, compared with what was sent: when, and what differed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.due import WITH_READ_BACKS, WITH_UPKEEP, tell_due
from migrations.tenancy import MOMENT

revision = "2026_11_27_0720"
down_revision = "2026_11_27_0710"
branch_labels = None
depends_on = None

COLUMNS = (
    sa.Column("read_back_at", MOMENT, nullable=True),
    sa.Column("read_backs", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("checked_at", MOMENT, nullable=True),
    sa.Column("drift", JSONB(none_as_null=True), nullable=True),
    sa.Column("drifted_at", MOMENT, nullable=True),
    sa.Column("drift_accepted_at", MOMENT, nullable=True),
    sa.Column("drift_accepted_by", sa.Text(), nullable=True),
)
IS_DUE = sa.text("read_back_at IS NOT NULL")


def upgrade() -> None:
    for column in COLUMNS:
        op.add_column("deliveries", column)
    op.create_index(
        "deliveries_to_read_back",
        "deliveries",
        ["read_back_at"],
        postgresql_include=["workspace_id"],
        postgresql_where=IS_DUE,
    )
    op.create_index(
        "deliveries_to_read_back_here",
        "deliveries",
        ["workspace_id", "read_back_at"],
        postgresql_where=IS_DUE,
    )
    op.create_index(
        "deliveries_drifted",
        "deliveries",
        ["workspace_id", "drifted_at", "id"],
        postgresql_where=sa.text("drifted_at IS NOT NULL AND drift_accepted_at IS NULL"),
    )
    tell_due(WITH_READ_BACKS)


def downgrade() -> None:
    tell_due(WITH_UPKEEP)
    for index in ("drifted", "to_read_back_here", "to_read_back"):
        op.drop_index(f"deliveries_{index}", "deliveries")
    for column in reversed(COLUMNS):
        op.drop_column("deliveries", column.name)
