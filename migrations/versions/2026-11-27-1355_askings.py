"""How many of a delivery's attempts found its network at work on a file: they alone count so."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_1355"
down_revision = "2026_11_27_1340"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "deliveries", sa.Column("askings", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    op.drop_column("deliveries", "askings")
