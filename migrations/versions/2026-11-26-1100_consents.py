"""Consents to accounts at networks' own pages, and what this installation is to servers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.due import WITH_MAIL, Work, tell_due
from migrations.tenancy import MOMENT, create_tenant_table, grant_shared, kept, of

revision = "2026_11_26_1100"
down_revision = "2026_11_26_1010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tenant_table(
        "consents",
        *kept(),
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
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("act_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        of("communities", "community_id", "CASCADE"),
        of("accounts", "account_id", "CASCADE"),
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
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("network", "server"),
    )
    grant_shared("network_clients")
    tell_due({**WITH_MAIL, "consent": Work("consents")})


def downgrade() -> None:
    tell_due(WITH_MAIL)
    op.drop_table("network_clients")
    op.drop_table("consents")
