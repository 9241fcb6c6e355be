"""What a person lets a consent into, where one of several is to be chosen."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_28_1949"
down_revision = "2026_11_28_1912"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consents", sa.Column("places", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("consents", "places")
