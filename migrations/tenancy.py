"""What migrations say of tenancy: distribute a table, lock it to its workspace, grant it."""

from typing import Any

from alembic import op
from sqlalchemy import ForeignKeyConstraint, text
from sqlalchemy.schema import SchemaItem

APPLICATION = "parvis_app"
ALL = "SELECT, INSERT, UPDATE, DELETE"
APPEND_ONLY = "SELECT, INSERT, DELETE"
TENANT = "nullif(current_setting('parvis.workspace', true), '')::uuid"
SEEN = "(SELECT parvis_seen_communities())"
IN_SEEN = f"ANY ({SEEN}::uuid[])"


def create_tenant_table(name: str, *items: SchemaItem, grants: str = ALL, **options: Any) -> None:  # noqa: ANN401 - op.create_table takes anything
    """Makes a table of tenants' rows: on Citus spread before its foreign keys are added."""
    keys = [item for item in items if isinstance(item, ForeignKeyConstraint)]
    op.create_table(
        name, *(item for item in items if not isinstance(item, ForeignKeyConstraint)), **options
    )
    distribute(name)
    for key in keys:
        target = key.elements[0].target_fullname.split(".")[0]
        op.create_foreign_key(
            key.name if isinstance(key.name, str) else None,
            name,
            target,
            list(key.column_keys),
            [element.target_fullname.split(".")[1] for element in key.elements],
            ondelete=key.ondelete,
        )
    protect(name, grants=grants)


def distribute(table: str) -> None:
    """Spreads a new table over a Citus cluster; does nothing on plain PostgreSQL."""
    if op.get_bind().scalar(text("SELECT 1 FROM pg_extension WHERE extname = 'citus'")):
        op.execute(f"SELECT create_distributed_table('{table}', 'workspace_id')")


def protect(table: str, *, grants: str = ALL) -> None:
    """Shows the application only the rows of the workspace that its transaction carries."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY tenant ON {table} USING (workspace_id = {TENANT}) "
        f"WITH CHECK (workspace_id = {TENANT})"
    )
    op.execute(f"GRANT {grants} ON {table} TO {APPLICATION}")


def grant_shared(table: str, *, grants: str = ALL) -> None:
    """Opens a table that belongs to no workspace."""
    op.execute(f"GRANT {grants} ON {table} TO {APPLICATION}")


def hold(table: str, seen: str, *, reads_only: bool = False) -> None:
    """Keeps rows from callers who are held to communities, but where the condition `seen` holds.

    The list of communities is read once a statement; for everyone else nothing more is.
    """
    condition = f"{SEEN} IS NULL OR {seen}"
    op.execute(
        f"CREATE POLICY held ON {table} AS RESTRICTIVE FOR SELECT USING ({condition})"
        if reads_only
        else f"CREATE POLICY held ON {table} AS RESTRICTIVE USING ({condition})"
    )
