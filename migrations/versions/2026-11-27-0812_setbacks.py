"""Work that breaks is put off row by row; posts are told of changed sources one by one."""

import sqlalchemy as sa
from alembic import op

from migrations.due import WITH_SOURCES, WITH_TOLD, tell_due
from migrations.tenancy import IN_SEEN, MOMENT, create_tenant_table, hold, of

revision = "2026_11_27_0812"
down_revision = "2026_11_27_0810"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tenant_table(
        "setbacks",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "work", "subject_id"),
        of("communities", "community_id"),
        of("posts", "post_id", "CASCADE"),
    )
    op.create_index(
        "setbacks_shown",
        "setbacks",
        ["workspace_id", "since", "subject_id"],
        postgresql_where=sa.text("failures >= 3"),
    )
    hold("setbacks", f"community_id = {IN_SEEN}")
    op.add_column("sources", sa.Column("tell_at", MOMENT, nullable=True))
    op.create_index(
        "sources_to_tell",
        "sources",
        ["tell_at"],
        postgresql_include=["workspace_id"],
        postgresql_where=sa.text("tell_at IS NOT NULL"),
    )
    tell_due(WITH_TOLD)


def downgrade() -> None:
    tell_due(WITH_SOURCES)
    op.drop_index("sources_to_tell", table_name="sources")
    op.drop_column("sources", "tell_at")
    op.drop_table("setbacks")
