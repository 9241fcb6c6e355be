"""Identity: applications, grants, authorisations, and tokens that act for members."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from migrations.tenancy import APPLICATION, MOMENT, create_tenant_table

revision = "2026_11_26_1400"
down_revision = "2026_11_26_1210"
branch_labels = None
depends_on = None

# An application may be let into a workspace that did not register it: what it may still do, and
# from which browser origins, is asked across workspaces and told of one application alone.
APPLICATION_SCOPES = """
CREATE FUNCTION parvis_application_scopes(owner uuid, application uuid) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.scopes FROM applications a
     WHERE a.workspace_id = owner AND a.id = application AND a.suspended_at IS NULL
$$
"""
ORIGIN_APPLICATIONS = """
CREATE FUNCTION parvis_origin_applications(origin text)
RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.workspace_id, a.id FROM applications a
     WHERE a.origins @> ARRAY[origin] AND a.suspended_at IS NULL
$$
"""
FUNCTIONS = ("parvis_application_scopes(uuid, uuid)", "parvis_origin_applications(text)")


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, MOMENT, nullable=nullable)


def _key(target: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", column], [f"{target}.workspace_id", f"{target}.id"], ondelete="CASCADE"
    )


def upgrade() -> None:
    _create_applications()
    _create_grants()
    _widen_tokens()
    # What was kept in clear is gone after a day anyway: a resend is then asked anew.
    op.execute("DELETE FROM kept_answers")
    op.alter_column("kept_answers", "body", new_column_name="sealed_body")
    for statement in (APPLICATION_SCOPES, ORIGIN_APPLICATIONS):
        op.execute(statement)
    for name in FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {APPLICATION}")


def _create_applications() -> None:
    create_tenant_table(
        "applications",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _moment("created_at"),
        _moment("updated_at"),
        sa.Column("made_from", sa.LargeBinary(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("homepage_url", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_confidential", sa.Boolean(), nullable=False),
        sa.Column("redirect_uris", ARRAY(sa.Text()), nullable=False),
        sa.Column("post_logout_uris", ARRAY(sa.Text()), nullable=False),
        sa.Column("origins", ARRAY(sa.Text()), nullable=False),
        sa.Column("grant_types", ARRAY(sa.Text()), nullable=False),
        sa.Column("scopes", ARRAY(sa.Text()), nullable=False),
        sa.Column("id_token_algorithm", sa.Text(), nullable=False),
        _moment("suspended_at", nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("applications_origins", "applications", ["origins"], postgresql_using="gin")
    create_tenant_table(
        "application_secrets",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        _moment("created_at"),
        _moment("expires_at", nullable=True),
        _key("applications", "application_id"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index(
        "application_secrets_by_application",
        "application_secrets",
        ["workspace_id", "application_id"],
    )


def _create_grants() -> None:
    create_tenant_table(
        "grants",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("application_workspace_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("application_name", sa.Text(), nullable=False),
        sa.Column("scopes", ARRAY(sa.Text()), nullable=False),
        sa.Column("communities", ARRAY(sa.Uuid()), nullable=True),
        _moment("created_at"),
        _moment("updated_at"),
        _moment("last_used_at", nullable=True),
        _moment("revoked_at", nullable=True),
        _key("members", "member_id"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index(
        "grants_living",
        "grants",
        ["workspace_id", "member_id", "application_workspace_id", "application_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    create_tenant_table(
        "authorisations",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", ARRAY(sa.Text()), nullable=False),
        sa.Column("communities", ARRAY(sa.Uuid()), nullable=True),
        _moment("authenticated_at"),
        sa.Column("methods", ARRAY(sa.Text()), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=True),
        sa.Column("code_fingerprint", sa.LargeBinary(), nullable=True),
        _moment("code_expires_at", nullable=True),
        sa.Column("redirect_uri", sa.Text(), nullable=True),
        sa.Column("challenge", sa.Text(), nullable=True),
        _moment("created_at"),
        _moment("redeemed_at", nullable=True),
        _moment("revoked_at", nullable=True),
        _key("grants", "grant_id"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "code_fingerprint", name="authorisations_code"),
    )
    op.create_index("authorisations_by_grant", "authorisations", ["workspace_id", "grant_id"])


def _widen_tokens() -> None:
    # Defaults that stay: the version before this one adds tokens without these columns.
    op.add_column("tokens", sa.Column("kind", sa.Text(), server_default="operator", nullable=False))
    op.add_column("tokens", sa.Column("hint", sa.Text(), server_default="", nullable=False))
    op.add_column("tokens", sa.Column("communities", ARRAY(sa.Uuid()), nullable=True))
    op.add_column("tokens", sa.Column("addresses", ARRAY(sa.Text()), nullable=True))
    op.add_column("tokens", sa.Column("member_id", sa.Uuid(), nullable=True))
    op.add_column("tokens", sa.Column("application_workspace_id", sa.Uuid(), nullable=True))
    op.add_column("tokens", sa.Column("application_id", sa.Uuid(), nullable=True))
    op.add_column("tokens", sa.Column("grant_id", sa.Uuid(), nullable=True))
    op.add_column("tokens", sa.Column("authorisation_id", sa.Uuid(), nullable=True))
    op.add_column("tokens", _moment("last_used_at", nullable=True))
    for target in ("member", "grant", "authorisation"):
        op.create_foreign_key(
            f"tokens_{target}",
            "tokens",
            f"{target}s",
            ["workspace_id", f"{target}_id"],
            ["workspace_id", "id"],
            ondelete="CASCADE",
        )
        op.create_index(f"tokens_by_{target}", "tokens", ["workspace_id", f"{target}_id"])
    op.create_index("tokens_by_kind", "tokens", ["workspace_id", "kind", "id"])


def downgrade() -> None:
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
    op.execute("DELETE FROM kept_answers")
    op.alter_column("kept_answers", "sealed_body", new_column_name="body")
    op.execute("DELETE FROM tokens WHERE kind <> 'operator'")
    op.drop_index("tokens_by_kind", "tokens")
    for target in ("authorisation", "grant", "member"):
        op.drop_index(f"tokens_by_{target}", "tokens")
        op.drop_constraint(f"tokens_{target}", "tokens")
    for column in (
        "last_used_at",
        "authorisation_id",
        "grant_id",
        "application_id",
        "application_workspace_id",
        "member_id",
        "addresses",
        "communities",
        "hint",
        "kind",
    ):
        op.drop_column("tokens", column)
    for table in ("authorisations", "grants", "application_secrets", "applications"):
        op.drop_table(table)
