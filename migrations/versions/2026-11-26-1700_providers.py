"""Outside providers that a workspace's people may sign in with."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.due import WITH_CONSENTS, Work, tell_due
from migrations.tenancy import APPLICATION, MOMENT, create_tenant_table, kept, of

revision = "2026_11_26_1700"
down_revision = "2026_11_26_1600"
branch_labels = None
depends_on = None

# Nobody has said yet who they are: a button is found by the short name that they typed.
OFFERS = """
CREATE FUNCTION parvis_sign_in_offers(short_name text)
RETURNS TABLE (workspace_id uuid, provider_id uuid, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.workspace_id, p.id, p.name
      FROM workspaces w JOIN sign_in_providers p ON p.workspace_id = w.workspace_id
     WHERE w.slug = short_name AND p.is_on ORDER BY p.name
$$
"""


def of_provider() -> sa.ForeignKeyConstraint:
    return of("sign_in_providers", "provider_id", "CASCADE")


def upgrade() -> None:
    op.add_column("sign_ins", sa.Column("workspace_id", sa.Uuid(), nullable=True))
    create_tenant_table(
        "sign_in_providers",
        *kept(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "name", name="sign_in_providers_name"),
    )
    create_tenant_table(
        "provider_attempts",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sealed_intent", sa.LargeBinary(), nullable=False),
        sa.Column("found", JSONB(), nullable=False),
        sa.Column("next_path", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("act_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        of_provider(),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "fingerprint", name="provider_attempts_fingerprint"),
    )
    op.create_index(
        "provider_attempts_due",
        "provider_attempts",
        ["act_at"],
        postgresql_where=sa.text("act_at IS NOT NULL"),
    )
    op.create_index("provider_attempts_by_end", "provider_attempts", ["workspace_id", "expires_at"])
    create_tenant_table(
        "provider_people",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        of_provider(),
        sa.PrimaryKeyConstraint("workspace_id", "provider_id", "subject"),
    )
    op.create_index("provider_people_by_user", "provider_people", ["workspace_id", "user_id"])
    op.execute(OFFERS)
    op.execute("REVOKE ALL ON FUNCTION parvis_sign_in_offers(text) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION parvis_sign_in_offers(text) TO {APPLICATION}")
    tell_due({**WITH_CONSENTS, "enter": Work("provider_attempts")})


def downgrade() -> None:
    tell_due(WITH_CONSENTS)
    op.execute("DROP FUNCTION parvis_sign_in_offers(text)")
    for table in ("provider_people", "provider_attempts", "sign_in_providers"):
        op.drop_table(table)
    op.drop_column("sign_ins", "workspace_id")
