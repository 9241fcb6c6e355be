"""Who holds what goes out, and what is in doubt until it is looked up: that holds its account too.

The code before reads what goes out by it.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_1906"
down_revision = "2026_11_28_1605"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _index("state IN ('going', 'unknown') AND act_at IS NOT NULL")


def downgrade() -> None:
    _index("state = 'going'")


def _index(where: str) -> None:
    op.drop_index("deliveries_held", table_name="deliveries")
    op.create_index(
        "deliveries_held",
        "deliveries",
        ["workspace_id", "claimed_by"],
        postgresql_where=sa.text(where),
    )
