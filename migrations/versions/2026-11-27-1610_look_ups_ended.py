"""How many of a delivery's look-ups told of it: not there, or nobody can tell."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_1610"
down_revision = "2026_11_27_1355"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "deliveries", sa.Column("look_ups_ended", sa.Integer(), nullable=False, server_default="0")
    )
    # What was sent again once by itself, before this was counted, is not sent once more.
    op.execute(
        "UPDATE deliveries SET look_ups_ended = look_ups WHERE look_ups > 0 AND act_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_column("deliveries", "look_ups_ended")
