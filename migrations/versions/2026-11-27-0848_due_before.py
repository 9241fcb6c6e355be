"""What waits for one moment is claimed in the order in which it was planned."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_0848"
down_revision = "2026_11_27_0840"
branch_labels = None
depends_on = None

IS_DUE = sa.text("act_at IS NOT NULL")


def upgrade() -> None:
    _change(to=["workspace_id", "act_at", "due_at", "id"])


def downgrade() -> None:
    _change(to=["workspace_id", "act_at", "id"])


def _change(*, to: list[str]) -> None:
    op.drop_index("deliveries_due_in_order", table_name="deliveries")
    op.create_index("deliveries_due_in_order", "deliveries", to, postgresql_where=IS_DUE)
