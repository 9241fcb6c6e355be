"""Posts carry polls, first comments and what single networks are told, with their adaptations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_27_0410"
down_revision = "2026_11_27_0610"
branch_labels = None
depends_on = None

TABLES = ("posts", "adaptations", "variants", "post_versions")
BY_NETWORK = ("posts", "post_versions")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("poll", JSONB(), nullable=True))
        op.add_column(table, sa.Column("first_comment", sa.Text(), nullable=True))
    for table in BY_NETWORK:
        op.add_column(table, sa.Column("settings", JSONB(), nullable=False, server_default="{}"))
    op.add_column("variants", sa.Column("settings", JSONB(), nullable=True))


def downgrade() -> None:
    for table in (*BY_NETWORK, "variants"):
        op.drop_column(table, "settings")
    for table in TABLES:
        op.drop_column(table, "first_comment")
        op.drop_column(table, "poll")
