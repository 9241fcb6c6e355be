"""Deliveries with a problem are found among those that have none."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_1325"
down_revision = "2026_11_27_1320"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "deliveries_with_problem",
        "deliveries",
        ["workspace_id", "created_at", "id"],
        postgresql_where=sa.text("problem IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("deliveries_with_problem", table_name="deliveries")
