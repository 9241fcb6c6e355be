"""Test workspaces: their kind, and a clock that can be put ahead."""

import sqlalchemy as sa
from alembic import op

from migrations.due import WITH_CLOCKS, WITH_IMPORTS, forget_ahead, tell_due
from migrations.tenancy import MOMENT, create_tenant_table

revision = "2026_11_27_0600"
down_revision = "2026_11_27_0400"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workspaces", sa.Column("kind", sa.Text(), nullable=False, server_default="live"))
    create_tenant_table(
        "test_clocks",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("ahead", sa.Interval(), nullable=False),
        sa.Column("advancing_from", MOMENT, nullable=True),
        sa.Column("advancing_to", MOMENT, nullable=True),
        sa.Column("act_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("workspace_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], ondelete="CASCADE"),
    )
    op.create_index(
        "test_clocks_due",
        "test_clocks",
        ["act_at"],
        postgresql_include=["workspace_id"],
        postgresql_where=sa.text("act_at IS NOT NULL"),
    )
    tell_due(WITH_CLOCKS)


def downgrade() -> None:
    op.drop_table("test_clocks")
    tell_due(WITH_IMPORTS)
    forget_ahead()
    op.drop_column("workspaces", "kind")
