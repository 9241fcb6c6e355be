"""Imports of posts, and their rows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from migrations.due import WITH_IMPORTS, WITH_OCCASIONS, tell_due
from migrations.tenancy import IN_SEEN, MOMENT, create_tenant_table, hold, kept, of

revision = "2026_11_26_2300"
down_revision = "2026_11_26_2245"
branch_labels = None
depends_on = None

OF_IMPORT = """EXISTS (SELECT 1 FROM imports i
    WHERE i.workspace_id = import_rows.workspace_id AND i.id = import_rows.import_id)"""
COUNTS = ("total", "done", "made", "refused", "removed", "kept")


def upgrade() -> None:
    create_tenant_table(
        "imports",
        *kept(),
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("communities", ARRAY(sa.Uuid()), nullable=True),
        sa.Column("is_dry_run", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("act_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        of("communities", "community_id"),
        of("calendars", "calendar_id", "CASCADE"),
    )
    op.create_index("imports_by_created", "imports", ["workspace_id", "created_at", "id"])
    op.create_index(
        "imports_of_calendar", "imports", ["workspace_id", "calendar_id", "created_at", "id"]
    )
    op.create_index(
        "imports_due",
        "imports",
        ["act_at"],
        postgresql_include=["workspace_id"],
        postgresql_where=sa.text("act_at IS NOT NULL"),
    )
    create_tenant_table(
        "import_rows",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("faults", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "import_id", "number", name="import_rows_once"),
        of("imports", "import_id", "CASCADE"),
    )
    op.create_index(
        "import_rows_by_result",
        "import_rows",
        ["workspace_id", "import_id", "result", "number"],
    )
    hold("imports", f"community_id = {IN_SEEN}")
    hold("import_rows", OF_IMPORT)
    tell_due(WITH_IMPORTS)


def downgrade() -> None:
    tell_due(WITH_OCCASIONS)
    op.drop_table("import_rows")
    op.drop_table("imports")
