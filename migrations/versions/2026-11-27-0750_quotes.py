"""Posts quote others."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_0750"
down_revision = "2026_11_27_0740"
branch_labels = None
depends_on = None

TABLES = ("posts", "adaptations", "variants", "post_versions")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("quote_of", sa.Text(), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "quote_of")
