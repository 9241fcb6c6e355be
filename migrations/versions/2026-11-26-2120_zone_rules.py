"""Which rules of time zones the plans of each workspace were computed by."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import MOMENT, create_tenant_table

revision = "2026_11_26_2120"
down_revision = "2026_11_26_2110"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tenant_table(
        "zone_rules",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("coming", sa.Text(), nullable=True),
        sa.Column("reached_at", MOMENT, nullable=True),
        sa.Column("reached_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id"),
    )


def downgrade() -> None:
    op.drop_table("zone_rules")
