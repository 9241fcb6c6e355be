"""Which worker holds what goes out: an account speaks through one at a time."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_0730"
down_revision = "2026_11_27_0725"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("claimed_by", sa.Uuid(), nullable=True))
    op.create_index(
        "deliveries_going",
        "deliveries",
        ["workspace_id", "account_id"],
        postgresql_where=sa.text("state = 'going'"),
    )


def downgrade() -> None:
    op.drop_index("deliveries_going", table_name="deliveries")
    op.drop_column("deliveries", "claimed_by")
