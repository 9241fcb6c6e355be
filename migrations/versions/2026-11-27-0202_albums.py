"""Alternative texts in several languages, and albums of media."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.tenancy import MOMENT, create_tenant_table, kept, of

revision = "2026_11_27_0202"
down_revision = "2026_11_27_0300"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("media", sa.Column("alt_texts", JSONB(), nullable=False, server_default="[]"))
    create_tenant_table(
        "albums",
        *kept(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("cover_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        of("media", "cover_id", "SET NULL (cover_id)"),
    )
    op.create_index("albums_by_created", "albums", ["workspace_id", "created_at", "id"])
    op.create_index("albums_by_cover", "albums", ["workspace_id", "cover_id"])
    create_tenant_table(
        "album_items",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("album_id", sa.Uuid(), nullable=False),
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "album_id", "media_id", name="album_items_once"),
        of("albums", "album_id", "CASCADE"),
        of("media", "media_id", "CASCADE"),
    )
    op.create_index(
        "album_items_in_order", "album_items", ["workspace_id", "album_id", "position", "media_id"]
    )
    op.create_index("album_items_of_media", "album_items", ["workspace_id", "media_id"])


def downgrade() -> None:
    op.drop_table("album_items")
    op.drop_table("albums")
    op.drop_column("media", "alt_texts")
