"""Policies of approval, reviews of what posts say, and what of each post was approved."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from migrations.tenancy import IN_SEEN, MOMENT, create_tenant_table, hold, kept, of

revision = "2026_11_26_2310"
down_revision = "2026_11_26_2300"
branch_labels = None
depends_on = None

OF_REVIEW = """EXISTS (SELECT 1 FROM reviews r WHERE r.workspace_id = review_links.workspace_id
    AND r.id = review_links.review_id)"""


def upgrade() -> None:
    op.add_column("posts", sa.Column("approved_version_id", sa.Uuid(), nullable=True))
    op.add_column(
        "posts", sa.Column("approved_for", ARRAY(sa.Uuid()), nullable=False, server_default="{}")
    )
    create_tenant_table(
        "approval_policies",
        *kept(),
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("networks", ARRAY(sa.Text()), nullable=False),
        sa.Column("labels", ARRAY(sa.Text()), nullable=False),
        sa.Column("is_for_first_use", sa.Boolean(), nullable=False),
        sa.Column("steps", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        of("communities", "community_id"),
        of("calendars", "calendar_id"),
    )
    op.create_index(
        "approval_policies_of_community",
        "approval_policies",
        ["workspace_id", "community_id", "id"],
    )
    hold("approval_policies", f"community_id = {IN_SEEN}")
    create_reviews()
    create_links()


def create_reviews() -> None:
    create_tenant_table(
        "reviews",
        *kept(),
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("post_version_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("steps", JSONB(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("member_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("decisions", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        of("communities", "community_id"),
        of("posts", "post_id", "CASCADE"),
        of("post_versions", "post_version_id", "CASCADE"),
    )
    for name, column in (
        ("reviews_of_post", "post_id"),
        ("reviews_of_community", "community_id"),
        ("reviews_by_state", "state"),
    ):
        op.create_index(name, "reviews", ["workspace_id", column, "id"])
    op.create_index(
        "reviews_open",
        "reviews",
        ["workspace_id", "post_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    hold("reviews", f"community_id = {IN_SEEN}")


def create_links() -> None:
    create_tenant_table(
        "review_links",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "fingerprint", name="review_links_fingerprint"),
        of("reviews", "review_id", "CASCADE"),
    )
    op.create_index("review_links_of_review", "review_links", ["workspace_id", "review_id", "id"])
    hold("review_links", OF_REVIEW)


def downgrade() -> None:
    op.drop_table("review_links")
    op.drop_table("reviews")
    op.drop_table("approval_policies")
    op.drop_column("posts", "approved_for")
    op.drop_column("posts", "approved_version_id")
