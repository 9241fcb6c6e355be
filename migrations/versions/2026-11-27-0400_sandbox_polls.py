"""Posts of the sandbox network carry polls and say who may answer them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_27_0400"
down_revision = "2026_11_27_0201"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sandbox_posts", sa.Column("poll", JSONB(), nullable=True))
    op.add_column(
        "sandbox_posts",
        sa.Column("answers_from", sa.Text(), nullable=False, server_default="everybody"),
    )


def downgrade() -> None:
    op.drop_column("sandbox_posts", "answers_from")
    op.drop_column("sandbox_posts", "poll")
