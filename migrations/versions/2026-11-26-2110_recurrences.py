"""Recurrences, their occurrences, and the posts that are made of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from migrations.due import WITH_PROVIDERS, Work, tell_due
from migrations.tenancy import IN_SEEN, MOMENT, create_tenant_table, hold, kept, of

revision = "2026_11_26_2110"
down_revision = "2026_11_26_2100"
branch_labels = None
depends_on = None

OF_RECURRENCE = """EXISTS (SELECT 1 FROM recurrences r
    WHERE r.workspace_id = occurrences.workspace_id AND r.id = occurrences.recurrence_id)"""


def upgrade() -> None:
    create_tenant_table(
        "recurrences",
        *kept(
            sa.Column("community_id", sa.Uuid(), nullable=False),
            sa.Column("calendar_id", sa.Uuid(), nullable=False),
            sa.Column("pillar_id", sa.Uuid(), nullable=True),
            sa.Column("campaign_id", sa.Uuid(), nullable=True),
            sa.Column("title", sa.Text(), nullable=False),
            sa.Column("text", sa.Text(), nullable=False),
            sa.Column("language", sa.Text(), nullable=True),
            sa.Column("labels", ARRAY(sa.Text()), nullable=False),
            sa.Column("link_url", sa.Text(), nullable=True),
            sa.Column("media_ids", ARRAY(sa.Uuid()), nullable=False),
            sa.Column("variants", JSONB(), nullable=False),
            sa.Column("variations", JSONB(), nullable=False),
            sa.Column("spacing_days", sa.Integer(), nullable=False),
            sa.Column("rule", sa.Text(), nullable=False),
            sa.Column("starts_at", sa.DateTime(), nullable=False),
            sa.Column("time_zone", sa.Text(), nullable=False),
            sa.Column("revision", sa.Integer(), nullable=False),
            sa.Column("made_until", MOMENT, nullable=False),
            sa.Column("act_at", MOMENT, nullable=True),
            sa.Column("needs_variation", sa.Boolean(), nullable=False),
            sa.Column("problem", JSONB(), nullable=True),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        of("communities", "community_id"),
        of("calendars", "calendar_id"),
        of("pillars", "pillar_id"),
        of("campaigns", "campaign_id"),
    )
    keys = ["workspace_id", "created_at", "id"]
    op.create_index("recurrences_by_created", "recurrences", keys)
    for name in ("calendar", "community"):
        columns = ["workspace_id", f"{name}_id", "created_at", "id"]
        op.create_index(f"recurrences_of_{name}", "recurrences", columns)
    is_due = sa.text("act_at IS NOT NULL")
    op.create_index(
        "recurrences_due",
        "recurrences",
        ["act_at"],
        postgresql_include=["workspace_id"],
        postgresql_where=is_due,
    )
    create_tenant_table(
        "occurrences",
        *kept(
            sa.Column("recurrence_id", sa.Uuid(), nullable=False),
            sa.Column("occurs_at", sa.DateTime(), nullable=False),
            sa.Column("at", MOMENT, nullable=False),
            sa.Column("post_id", sa.Uuid(), nullable=True),
            sa.Column("post_version", sa.Integer(), nullable=True),
            sa.Column("made_for", sa.Integer(), nullable=False),
            sa.Column("is_own", sa.Boolean(), nullable=False),
            sa.Column("variation", sa.Text(), nullable=True),
            sa.Column("problem", sa.Text(), nullable=True),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "recurrence_id", "occurs_at", name="occurrences_once"),
        of("recurrences", "recurrence_id", "CASCADE"),
        of("posts", "post_id", "SET NULL (post_id)"),
    )
    op.create_index("occurrences_in_time", "occurrences", ["workspace_id", "recurrence_id", "at"])
    op.create_index("occurrences_by_post", "occurrences", ["workspace_id", "post_id"])
    hold("recurrences", f"community_id = {IN_SEEN}")
    hold("occurrences", OF_RECURRENCE)
    op.add_column("posts", sa.Column("recurrence_id", sa.Uuid(), nullable=True))
    op.add_column("posts", sa.Column("occurs_at", sa.DateTime(), nullable=True))
    op.create_index(
        "posts_of_recurrence",
        "posts",
        ["workspace_id", "recurrence_id", "publish_at", "id"],
        postgresql_where=sa.text("recurrence_id IS NOT NULL"),
    )
    tell_due({**WITH_PROVIDERS, "recur": Work("recurrences")})


def downgrade() -> None:
    tell_due(WITH_PROVIDERS)
    op.drop_index("posts_of_recurrence", table_name="posts")
    op.drop_column("posts", "occurs_at")
    op.drop_column("posts", "recurrence_id")
    op.drop_table("occurrences")
    op.drop_table("recurrences")
