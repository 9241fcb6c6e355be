"""Indexes of the claim: what is due in its order, and who holds what goes out."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_0800"
down_revision = "2026_11_27_0750"
branch_labels = None
depends_on = None

IS_DUE = sa.text("act_at IS NOT NULL")
IS_GOING = sa.text("state = 'going'")


def upgrade() -> None:
    _index("deliveries_due_in_order", ["workspace_id", "act_at", "id"], IS_DUE)
    _index("deliveries_held", ["workspace_id", "claimed_by"], IS_GOING)
    op.drop_index("deliveries_due_here", table_name="deliveries")
    op.drop_index("deliveries_going", table_name="deliveries")


def downgrade() -> None:
    _index("deliveries_due_here", ["workspace_id", "act_at"], IS_DUE)
    _index("deliveries_going", ["workspace_id", "account_id"], IS_GOING)
    op.drop_index("deliveries_due_in_order", table_name="deliveries")
    op.drop_index("deliveries_held", table_name="deliveries")


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "deliveries", columns, postgresql_where=where)
