"""Lockouts: failures in a row to prove who one is."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import MOMENT, grant_shared

revision = "2026_11_26_1130"
down_revision = "2026_11_26_1100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lockouts",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject"),
    )
    op.create_index("lockouts_by_age", "lockouts", ["failed_at"])
    grant_shared("lockouts")


def downgrade() -> None:
    op.drop_index("lockouts_by_age", table_name="lockouts")
    op.drop_table("lockouts")
