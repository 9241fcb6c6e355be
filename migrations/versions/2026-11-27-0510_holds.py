"""Legal hold of posts."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import MOMENT

revision = "2026_11_27_0510"
down_revision = "2026_11_27_0620"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("posts", sa.Column("held_at", MOMENT, nullable=True))
    op.add_column("posts", sa.Column("hold_reason", sa.Text(), nullable=True))
    op.add_column("posts", sa.Column("hold_actor", sa.Text(), nullable=True))
    op.create_index(
        "posts_on_hold",
        "posts",
        ["workspace_id", "id"],
        postgresql_where=sa.text("held_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("posts_on_hold", "posts")
    for name in ("hold_actor", "hold_reason", "held_at"):
        op.drop_column("posts", name)
