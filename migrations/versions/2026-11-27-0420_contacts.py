"""Contacts: the people and organisations that posts name, with a handle on each network."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.tenancy import MOMENT, create_tenant_table, kept

revision = "2026_11_27_0420"
down_revision = "2026_11_27_0205"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tenant_table(
        "contacts",
        *kept(),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("handles", JSONB(), nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index(
        "contacts_by_key",
        "contacts",
        ["workspace_id", "key"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index("contacts_of_key", "contacts", ["workspace_id", "key", "id"])


def downgrade() -> None:
    op.drop_table("contacts")
