"""The sandbox network's own state; it belongs to no workspace."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.tenancy import MOMENT, grant_shared

revision = "2026_11_22_1010"
down_revision = "2026_11_22_1000"
branch_labels = None
depends_on = None


def column(
    name: str,
    kind: sa.types.TypeEngine[Any] | type[sa.types.TypeEngine[Any]],
    *,
    empty: bool = False,
) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=empty)


def of_account() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["account_id"], ["sandbox_accounts.id"], ondelete="CASCADE")


def number() -> sa.Column[Any]:
    return sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def upgrade() -> None:
    op.create_table(
        "sandbox_accounts",
        column("id", sa.Uuid()),
        column("handle", sa.Text()),
        column("display_name", sa.Text()),
        column("idempotency", sa.Text()),
        column("fingerprint", sa.LargeBinary()),
        column("is_lively", sa.Boolean()),
        column("session_lifetime_s", sa.Integer(), empty=True),
        column("media_delay_s", sa.Float()),
        column("rate_limit", sa.Integer()),
        column("rate_window_s", sa.Integer()),
        column("text_maximum", sa.Integer()),
        column("followers", sa.Integer()),
        column("created_at", MOMENT),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("handle", name="sandbox_accounts_handle"),
    )
    op.create_table(
        "sandbox_sessions",
        column("fingerprint", sa.LargeBinary()),
        column("account_id", sa.Uuid()),
        column("is_refresh", sa.Boolean()),
        column("expires_at", MOMENT, empty=True),
        sa.PrimaryKeyConstraint("fingerprint"),
        of_account(),
    )
    op.create_index("sandbox_sessions_account", "sandbox_sessions", ["account_id"])
    op.create_table(
        "sandbox_posts",
        column("id", sa.Uuid()),
        column("account_id", sa.Uuid()),
        column("person", sa.Text(), empty=True),
        column("text", sa.Text()),
        column("media", JSONB()),
        column("language", sa.Text(), empty=True),
        column("visibility", sa.Text()),
        column("content_warning", sa.Text(), empty=True),
        column("reply_to", sa.Uuid(), empty=True),
        column("root_id", sa.Uuid(), empty=True),
        column("quoted", sa.Uuid(), empty=True),
        column("idempotency_key", sa.Text(), empty=True),
        column("external_id", sa.Text(), empty=True),
        column("container_id", sa.Uuid(), empty=True),
        column("likes", sa.Integer()),
        column("reposts", sa.Integer()),
        column("replies", sa.Integer()),
        column("quotes", sa.Integer()),
        column("happened", sa.Integer()),
        column("created_at", MOMENT),
        column("edited_at", MOMENT, empty=True),
        column("deleted_at", MOMENT, empty=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "idempotency_key", name="sandbox_posts_key"),
        sa.UniqueConstraint("container_id", name="sandbox_posts_container"),
        of_account(),
    )
    op.create_index("sandbox_posts_created", "sandbox_posts", ["account_id", "created_at", "id"])
    op.create_index("sandbox_posts_external", "sandbox_posts", ["account_id", "external_id"])
    op.create_table(
        "sandbox_containers",
        column("id", sa.Uuid()),
        column("account_id", sa.Uuid()),
        column("content", JSONB()),
        column("created_at", MOMENT),
        sa.PrimaryKeyConstraint("id"),
        of_account(),
    )
    op.create_index("sandbox_containers_account", "sandbox_containers", ["account_id"])
    op.create_table(
        "sandbox_media",
        column("id", sa.Uuid()),
        column("account_id", sa.Uuid()),
        column("content_type", sa.Text()),
        column("content", sa.LargeBinary()),
        column("alt_text", sa.Text(), empty=True),
        column("ready_at", MOMENT),
        column("created_at", MOMENT),
        sa.PrimaryKeyConstraint("id"),
        of_account(),
    )
    op.create_index("sandbox_media_account", "sandbox_media", ["account_id"])
    op.create_table(
        "sandbox_notices",
        number(),
        column("account_id", sa.Uuid()),
        column("kind", sa.Text()),
        column("person", sa.Text()),
        column("post_id", sa.Uuid(), empty=True),
        column("about", sa.Uuid(), empty=True),
        column("is_deleted", sa.Boolean()),
        column("created_at", MOMENT),
        sa.PrimaryKeyConstraint("number"),
        of_account(),
    )
    op.create_index("sandbox_notices_number", "sandbox_notices", ["account_id", "number"])
    op.create_table(
        "sandbox_faults",
        number(),
        column("account_id", sa.Uuid()),
        column("act", sa.Text()),
        column("kind", sa.Text()),
        column("times", sa.Integer()),
        column("seconds", sa.Float()),
        sa.PrimaryKeyConstraint("number"),
        of_account(),
    )
    op.create_index("sandbox_faults_number", "sandbox_faults", ["account_id", "number"])
    for table in (
        "sandbox_accounts",
        "sandbox_sessions",
        "sandbox_posts",
        "sandbox_containers",
        "sandbox_media",
        "sandbox_notices",
        "sandbox_faults",
    ):
        grant_shared(table)


def downgrade() -> None:
    for table in (
        "sandbox_faults",
        "sandbox_notices",
        "sandbox_media",
        "sandbox_containers",
        "sandbox_posts",
        "sandbox_sessions",
        "sandbox_accounts",
    ):
        op.drop_table(table)
