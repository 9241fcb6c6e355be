"""Campaigns, and the posts that belong to them."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import IN_SEEN, MOMENT, create_tenant_table, hold, kept, of

revision = "2026_11_26_2000"
down_revision = "2026_11_26_1840"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tenant_table(
        "campaigns",
        *kept(),
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("objective", sa.Text(), nullable=False),
        sa.Column("labels", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("utm", sa.dialects.postgresql.JSONB(), nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        of("communities", "community_id"),
    )
    op.create_index("campaigns_by_created", "campaigns", ["workspace_id", "created_at", "id"])
    op.create_index(
        "campaigns_of_community", "campaigns", ["workspace_id", "community_id", "created_at", "id"]
    )
    hold("campaigns", f"community_id = {IN_SEEN}")
    op.add_column("posts", sa.Column("campaign_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        None,
        "posts",
        "campaigns",
        ["workspace_id", "campaign_id"],
        ["workspace_id", "id"],
        ondelete="RESTRICT",
    )
    op.create_index(
        "posts_of_campaign",
        "posts",
        ["workspace_id", "campaign_id", "created_at", "id"],
        postgresql_where=sa.text("campaign_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("posts_of_campaign", table_name="posts")
    op.drop_column("posts", "campaign_id")
    op.drop_table("campaigns")
