"""An index of deliveries that failed, are held or in doubt: what an agenda shows of them."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_0620"
down_revision = "2026_11_27_0410"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "deliveries_troubled",
        "deliveries",
        ["workspace_id", "due_at", "id"],
        postgresql_where=sa.text(
            "state IN ('failed', 'unknown') OR state = 'waiting' AND problem IS NOT NULL"
        ),
    )


def downgrade() -> None:
    op.drop_index("deliveries_troubled", table_name="deliveries")
