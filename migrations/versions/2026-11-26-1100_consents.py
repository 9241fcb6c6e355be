"""Consents to accounts at networks' own pages, and what this installation is to servers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.due import WITH_MAIL, Work, tell_due
from migrations.tenancy import create_tenant_table, grant_shared

revision = "2026_11_26_1100"
down_revision = "2026_11_26_1010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tenant_table(
        "consents",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_from", sa.LargeBinary(), nullable=True),
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("problem", JSONB(), nullable=True),
        sa.Column("return_url", sa.Text(), nullable=True),
        sa.Column("sealed_wish", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_begun", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_code", sa.LargeBinary(), nullable=True),
        sa.Column("link_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("state_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("browser_fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "community_id"],
            ["communities.workspace_id", "communities.id"],
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["accounts.workspace_id", "accounts.id"],
            ondelete="CASCADE",
        ),
    )
    op.create_index("consents_by_created", "consents", ["workspace_id", "created_at", "id"])
    for name in ("link", "state"):
        op.create_index(f"consents_by_{name}", "consents", ["workspace_id", f"{name}_fingerprint"])
    op.create_index(
        "consents_due", "consents", ["act_at"], postgresql_where=sa.text("act_at IS NOT NULL")
    )
    op.create_table(
        "network_clients",
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("public", JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("network", "server"),
    )
    grant_shared("network_clients")
    tell_due({**WITH_MAIL, "consent": Work("consents")})


def downgrade() -> None:
    tell_due(WITH_MAIL)
    op.drop_table("network_clients")
    op.drop_table("consents")
