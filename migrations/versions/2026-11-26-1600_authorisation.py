"""The authorisation server: refresh tokens, requests on their way, devices, signing keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from migrations.tenancy import MOMENT, create_tenant_table, grant_shared

revision = "2026_11_26_1600"
down_revision = "2026_11_26_1500"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, MOMENT, nullable=nullable)


def _key(target: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", column], [f"{target}.workspace_id", f"{target}.id"], ondelete="CASCADE"
    )


def upgrade() -> None:
    create_tenant_table(
        "refresh_tokens",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authorisation_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        _moment("created_at"),
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        _key("authorisations", "authorisation_id"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "fingerprint", name="refresh_tokens_fingerprint"),
    )
    op.create_index(
        "refresh_tokens_by_authorisation", "refresh_tokens", ["workspace_id", "authorisation_id"]
    )
    create_tenant_table(
        "authorisation_requests",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("is_pushed", sa.Boolean(), nullable=False),
        sa.Column("parameters", JSONB(), nullable=False),
        sa.Column("device_code_id", sa.Uuid(), nullable=True),
        _moment("created_at"),
        _moment("expires_at"),
        _key("applications", "application_id"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint(
            "workspace_id", "fingerprint", name="authorisation_requests_fingerprint"
        ),
    )
    op.create_index(
        "authorisation_requests_by_end", "authorisation_requests", ["workspace_id", "expires_at"]
    )
    _create_shared()


def _create_shared() -> None:
    op.create_table(
        "device_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("user_code", sa.Text(), nullable=False),
        sa.Column("application_workspace_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", ARRAY(sa.Text()), nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        _moment("created_at"),
        _moment("expires_at"),
        _moment("polled_at", nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=True),
        sa.Column("authorisation_id", sa.Uuid(), nullable=True),
        _moment("denied_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fingerprint", name="device_codes_fingerprint"),
        sa.UniqueConstraint("user_code", name="device_codes_user_code"),
    )
    op.create_index("device_codes_by_end", "device_codes", ["expires_at"])
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("public_key", JSONB(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        _moment("created_at"),
        _moment("signs_from"),
        sa.PrimaryKeyConstraint("id"),
    )
    for table in ("device_codes", "signing_keys"):
        grant_shared(table)


def downgrade() -> None:
    for table in ("signing_keys", "device_codes", "authorisation_requests", "refresh_tokens"):
        op.drop_table(table)
