"""Who has opened a review."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_27_0530"
down_revision = "2026_11_27_0520"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reviews", sa.Column("seen", JSONB(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("reviews", "seen")
