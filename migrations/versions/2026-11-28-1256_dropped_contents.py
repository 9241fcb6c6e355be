"""Bytes that a store refuses to throw out are noted, and swept later."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import MOMENT, create_tenant_table

revision = "2026_11_28_1256"
down_revision = "2026_11_28_1004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tenant_table(
        "dropped_contents",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("dropped_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "sha256"),
    )


def downgrade() -> None:
    op.drop_table("dropped_contents")
