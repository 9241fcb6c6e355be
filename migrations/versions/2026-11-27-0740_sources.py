"""Sources that posts rest on, and the pages that are fetched for them."""

import sqlalchemy as sa
from alembic import op

from migrations.due import WITH_READ_BACKS, WITH_SOURCES, tell_due
from migrations.tenancy import IN_SEEN, MOMENT, create_tenant_table, hold, kept, of

revision = "2026_11_27_0740"
down_revision = "2026_11_27_0730"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tenant_table(
        "watched_pages",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("every_hours", sa.Integer(), nullable=False),
        sa.Column("act_at", MOMENT, nullable=True),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("modified", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("difference", sa.Text(), nullable=True),
        sa.Column("problem", sa.dialects.postgresql.JSONB(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "url", "entry", name="watched_pages_once"),
    )
    op.create_index(
        "watched_pages_due",
        "watched_pages",
        ["act_at"],
        postgresql_include=["workspace_id"],
        postgresql_where=sa.text("act_at IS NOT NULL"),
    )
    create_tenant_table(
        "sources",
        *kept(
            sa.Column("community_id", sa.Uuid(), nullable=False),
            sa.Column("post_id", sa.Uuid(), nullable=False),
            sa.Column("page_id", sa.Uuid(), nullable=False),
            sa.Column("every_hours", sa.Integer(), nullable=False),
            sa.Column("changed_at", MOMENT, nullable=True),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "post_id", "page_id", name="sources_once"),
        of("communities", "community_id"),
        of("posts", "post_id", "CASCADE"),
        of("watched_pages", "page_id", "CASCADE"),
    )
    for name, columns in (
        ("sources_by_created", ["created_at", "id"]),
        ("sources_of_community", ["community_id", "created_at", "id"]),
        ("sources_on_page", ["page_id", "post_id"]),
    ):
        op.create_index(name, "sources", ["workspace_id", *columns])
    hold("sources", f"community_id = {IN_SEEN}")
    tell_due(WITH_SOURCES)


def downgrade() -> None:
    tell_due(WITH_READ_BACKS)
    op.drop_table("sources")
    op.drop_table("watched_pages")
