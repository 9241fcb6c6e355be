"""Topics of policies, and of each post the newest review with what came of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "2026_11_27_0500"
down_revision = "2026_11_26_2310"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("posts", sa.Column("review_id", sa.Uuid(), nullable=True))
    op.add_column("posts", sa.Column("review_state", sa.Text(), nullable=True))
    op.add_column(
        "approval_policies",
        sa.Column("topics", ARRAY(sa.Text()), nullable=False, server_default="{}"),
    )
    op.execute(
        "UPDATE posts p SET review_id = r.id, review_state = 'asked' FROM reviews r "
        "WHERE r.workspace_id = p.workspace_id AND r.post_id = p.id AND r.state = 'open'"
    )


def downgrade() -> None:
    op.drop_column("approval_policies", "topics")
    op.drop_column("posts", "review_state")
    op.drop_column("posts", "review_id")
