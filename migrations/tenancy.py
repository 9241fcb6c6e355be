"""What migrations say of tenants' tables: their first columns and keys, their locks and grants."""

from typing import Any

from alembic import op
from sqlalchemy import Column, DateTime, ForeignKeyConstraint, Integer, LargeBinary, Uuid, text
from sqlalchemy.schema import SchemaItem

APPLICATION = "parvis_app"
ALL = "SELECT, INSERT, UPDATE, DELETE"
APPEND_ONLY = "SELECT, INSERT, DELETE"
TENANT = "nullif(current_setting('parvis.workspace', true), '')::uuid"
SEEN = "(SELECT parvis_seen_communities())"
IN_SEEN = f"ANY ({SEEN}::uuid[])"
MOMENT = DateTime(timezone=True)


def kept(*columns: SchemaItem) -> tuple[SchemaItem, ...]:
    """The columns of every row that callers make and change, and those of its own after them."""
    return (
        Column("workspace_id", Uuid(), nullable=False),
        Column("id", Uuid(), nullable=False),
        Column("version", Integer(), nullable=False),
        Column("created_at", MOMENT, nullable=False),
        Column("updated_at", MOMENT, nullable=False),
        Column("made_from", LargeBinary(), nullable=True),
        *columns,
    )


def of(table: str, column: str, on_delete: str = "RESTRICT") -> ForeignKeyConstraint:
    """That `column` names a row of `table` in the same workspace."""
    targets = [f"{table}.workspace_id", f"{table}.id"]
    return ForeignKeyConstraint(["workspace_id", column], targets, ondelete=on_delete)


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
