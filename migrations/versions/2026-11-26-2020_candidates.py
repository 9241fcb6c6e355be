"""Candidates: mentions that may become ideas or posts."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import IN_SEEN, create_tenant_table, hold, kept, of

revision = "2026_11_26_2020"
down_revision = "2026_11_26_2156"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tenant_table(
        "candidates",
        *kept(),
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("mention_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.dialects.postgresql.JSONB(), nullable=False),
        sa.Column("became", sa.Text(), nullable=True),
        sa.Column("idea_id", sa.Uuid(), nullable=True),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "mention_id", name="candidates_once"),
        of("communities", "community_id", "RESTRICT"),
        of("mentions", "mention_id", "CASCADE"),
        of("ideas", "idea_id", "SET NULL (idea_id)"),
        of("posts", "post_id", "SET NULL (post_id)"),
    )
    for name, columns in (
        ("candidates_by_score", ("score",)),
        ("candidates_by_created", ("created_at",)),
        ("candidates_by_state_score", ("state", "score")),
        ("candidates_by_state_created", ("state", "created_at")),
    ):
        op.create_index(name, "candidates", ["workspace_id", *columns, "id"])
    hold("candidates", f"community_id = {IN_SEEN}")


def downgrade() -> None:
    op.drop_table("candidates")
