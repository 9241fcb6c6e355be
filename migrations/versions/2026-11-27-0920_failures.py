"""How many of a delivery's attempts found its network away: they alone count against that."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_0920"
down_revision = "2026_11_27_0850"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "deliveries", sa.Column("failures", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    op.drop_column("deliveries", "failures")
