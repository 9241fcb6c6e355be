"""Where the server of a source says that it moved to, and since when."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import MOMENT

revision = "2026_11_27_0850"
down_revision = "2026_11_27_0848"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("watched_pages", sa.Column("moved_to", sa.Text(), nullable=True))
    op.add_column("watched_pages", sa.Column("moved_at", MOMENT, nullable=True))
    op.create_index(
        "watched_pages_moved",
        "watched_pages",
        ["workspace_id", "moved_at", "id"],
        postgresql_where=sa.text("moved_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("watched_pages_moved", table_name="watched_pages")
    op.drop_column("watched_pages", "moved_at")
    op.drop_column("watched_pages", "moved_to")
