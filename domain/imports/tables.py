"""Imports and their rows: what a file said, and what came of each line."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Index, UniqueConstraint, Uuid
from sqlalchemy import text as sql
from sqlmodel import Field

from domain.kernel.tables import Kept, TenantRow, belongs_to, json, moment, string


class Import(Kept, table=True):
    """`actor` and `communities` are the sender's: the worker sees no more than they did."""

    __tablename__ = "imports"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        belongs_to("calendars", "calendar_id", "CASCADE"),
        Index("imports_by_created", "workspace_id", "created_at", "id"),
        Index("imports_of_calendar", "workspace_id", "calendar_id", "created_at", "id"),
        Index(
            "imports_due",
            "act_at",
            postgresql_include=["workspace_id"],
            postgresql_where=sql("act_at IS NOT NULL"),
        ),
    )

    community_id: UUID
    calendar_id: UUID
    actor: str = string()
    communities: list[UUID] | None = Field(default=None, sa_type=ARRAY(Uuid), nullable=True)
    """The only ones the sender sees; null: all."""
    is_dry_run: bool
    state: str = string()
    total: int
    done: int = Field(default=0)
    made: int = Field(default=0)
    refused: int = Field(default=0)
    removed: int = Field(default=0)
    kept: int = Field(default=0)
    act_at: datetime | None = moment(nullable=True)
    """When a worker must look at it next; null: nothing is left to do."""


class ImportRow(TenantRow, table=True):
    """One line of a file; its id is that of the post it becomes, so that it becomes one once."""

    __tablename__ = "import_rows"
    __table_args__ = (
        belongs_to("imports", "import_id", "CASCADE"),
        UniqueConstraint("workspace_id", "import_id", "number", name="import_rows_once"),
        Index("import_rows_by_result", "workspace_id", "import_id", "result", "number"),
    )

    import_id: UUID
    number: int
    content: dict[str, Any] = json()
    result: str = string()
    faults: list[dict[str, Any]] = json()
