"""Rights of media, and the consents of people who are seen or heard in them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from migrations.tenancy import MOMENT, create_tenant_table, kept

revision = "2026_11_27_0201"
down_revision = "2026_11_27_0500"
branch_labels = None
depends_on = None

WORDS = ("credit", "source", "licence", "rights_territories")


def of_media(column: str, on_delete: str) -> sa.ForeignKeyConstraint:
    targets = ["media.workspace_id", "media.id"]
    return sa.ForeignKeyConstraint(["workspace_id", column], targets, ondelete=on_delete)


def upgrade() -> None:
    for name in WORDS:
        op.add_column("media", sa.Column(name, sa.Text(), nullable=True))
    for name in ("rights_until", "rights_end_at"):
        op.add_column("media", sa.Column(name, MOMENT, nullable=True))
    op.add_column(
        "media",
        sa.Column("rights_networks", ARRAY(sa.Text()), nullable=False, server_default="{}"),
    )
    op.create_index(
        "media_by_rights_end",
        "media",
        ["workspace_id", "rights_end_at", "id"],
        postgresql_where=sa.text("rights_end_at IS NOT NULL"),
    )
    create_tenant_table(
        "media_consents",
        *kept(),
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("granted_at", MOMENT, nullable=False),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        of_media("media_id", "CASCADE"),
        of_media("document_id", "RESTRICT"),
    )
    op.create_index("media_consents_of_media", "media_consents", ["workspace_id", "media_id", "id"])
    op.create_index("media_consents_by_document", "media_consents", ["workspace_id", "document_id"])


def downgrade() -> None:
    op.drop_table("media_consents")
    op.drop_index("media_by_rights_end", "media")
    for name in ("rights_networks", "rights_end_at", "rights_until", *reversed(WORDS)):
        op.drop_column("media", name)
