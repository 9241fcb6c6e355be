"""Since when a person must look after a source that cannot be read."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import MOMENT

revision = "2026_11_27_0833"
down_revision = "2026_11_27_0812"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("watched_pages", sa.Column("troubled_at", MOMENT, nullable=True))
    op.create_index(
        "watched_pages_troubled",
        "watched_pages",
        ["workspace_id", "troubled_at", "id"],
        postgresql_where=sa.text("troubled_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("watched_pages_troubled", table_name="watched_pages")
    op.drop_column("watched_pages", "troubled_at")
