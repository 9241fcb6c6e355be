"""Ideas that were proposed for an occasion."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_2240"
down_revision = "2026_11_26_2230"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ideas", sa.Column("occasion_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        None,
        "ideas",
        "occasions",
        ["workspace_id", "occasion_id"],
        ["workspace_id", "id"],
        ondelete="SET NULL (occasion_id)",
    )
    op.create_unique_constraint("ideas_of_occasion_once", "ideas", ["workspace_id", "occasion_id"])


def downgrade() -> None:
    op.drop_column("ideas", "occasion_id")
