"""The ideas board, and which posts came of which idea."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import IN_SEEN, create_tenant_table, hold, kept, of

revision = "2026_11_26_2010"
down_revision = "2026_11_26_2155"
branch_labels = None
depends_on = None

OF_IDEA = """EXISTS (SELECT 1 FROM ideas i WHERE i.workspace_id = idea_posts.workspace_id
    AND i.id = idea_posts.idea_id)"""


def upgrade() -> None:
    create_tenant_table(
        "ideas",
        *kept(),
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("pillar_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("brief", sa.Text(), nullable=False),
        sa.Column("stance", sa.Text(), nullable=False),
        sa.Column("claims", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("expert_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("labels", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        of("communities", "community_id"),
        of("campaigns", "campaign_id"),
        of("pillars", "pillar_id", "SET NULL (pillar_id)"),
    )
    for name, columns in (
        ("ideas_by_created", ()),
        ("ideas_by_state", ("state",)),
        ("ideas_of_community", ("community_id", "state")),
    ):
        op.create_index(name, "ideas", ["workspace_id", *columns, "created_at", "id"])
    hold("ideas", f"community_id = {IN_SEEN}")
    create_tenant_table(
        "idea_posts",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        of("posts", "id", "CASCADE"),
        of("ideas", "idea_id"),
    )
    op.create_index("idea_posts_of_idea", "idea_posts", ["workspace_id", "idea_id", "id"])
    hold("idea_posts", OF_IDEA)


def downgrade() -> None:
    op.drop_table("idea_posts")
    op.drop_table("ideas")
