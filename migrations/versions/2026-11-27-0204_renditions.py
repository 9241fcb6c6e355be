"""Renditions of media for the limits of networks, and the operations that make them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.due import WITH_RENDITIONS, WITH_REVIEWS, tell_due
from migrations.tenancy import MOMENT, create_tenant_table, kept, of

revision = "2026_11_27_0204"
down_revision = "2026_11_27_0530"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _name_sources()
    _make_operations()
    tell_due(WITH_RENDITIONS)


def downgrade() -> None:
    tell_due(WITH_REVIEWS)
    op.drop_table("operations")
    op.drop_index("media_renditions", "media")
    op.drop_constraint("media_rendition_of", "media")
    op.drop_column("media", "rendition_for")
    op.drop_column("media", "rendition_of")


def _name_sources() -> None:
    op.add_column("media", sa.Column("rendition_of", sa.Uuid(), nullable=True))
    op.add_column("media", sa.Column("rendition_for", sa.Text(), nullable=True))
    op.create_foreign_key(
        "media_rendition_of",
        "media",
        "media",
        ["workspace_id", "rendition_of"],
        ["workspace_id", "id"],
        ondelete="RESTRICT",
    )
    op.create_index(
        "media_renditions",
        "media",
        ["workspace_id", "rendition_of", "rendition_for"],
        unique=True,
        postgresql_where=sa.text("rendition_of IS NOT NULL"),
    )


def _make_operations() -> None:
    create_tenant_table(
        "operations",
        *kept(),
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("result_id", sa.Uuid(), nullable=True),
        sa.Column("error", JSONB(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("act_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        of("media", "media_id", "CASCADE"),
        of("media", "result_id", "SET NULL (result_id)"),
    )
    op.create_index(
        "operations_open",
        "operations",
        ["workspace_id", "media_id", "network"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'working')"),
    )
    op.create_index("operations_of_media", "operations", ["workspace_id", "media_id"])
    op.create_index("operations_by_result", "operations", ["workspace_id", "result_id"])
    op.create_index(
        "operations_due",
        "operations",
        ["act_at"],
        postgresql_include=["workspace_id"],
        postgresql_where=sa.text("act_at IS NOT NULL"),
    )
