"""The audit trail as lines, JSON or CSV, in the order of the log: read page by page, memory flat.

JSON as PostgreSQL writes it (`jsonb::text`): hashes can be computed again from the lines alone.
"""

import json
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from sqlalchemy import Row, func
from sqlalchemy.orm import aliased
from sqlmodel import Text, cast, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.audit.queries import conditions
from domain.audit.shapes import AuditFilter
from domain.events.shapes import subject_text
from domain.events.tables import Event, EventCounter
from domain.kernel.caller import Caller, Scope
from domain.kernel.ids import show
from domain.kernel.lines import FileFormat, csv_lines

PAGE = 250
"""A page is built at once, and all other requests wait for it."""
MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
FIELDS = (
    *("number", "id", "occurred_at", "kind", "subject_kind", "subject_id", "actor"),
    *("origin", "data", "previous_hash", "hash"),
)
RAW = {"origin", "data"}
"""Fields that are JSON already."""


async def export_page(
    session: AsyncSession, caller: Caller, where: AuditFilter, *, after: int, most: int = PAGE
) -> Sequence[Row[Any]]:
    """The next rows behind the number `after`; fewer than `most` at the end."""
    caller.need(Scope.AUDIT_READ)
    before = aliased(Event)
    forgotten = select(EventCounter.forgotten_hash).where(
        col(EventCounter.workspace_id) == caller.workspace_id
    )
    previous = select(before.hash).where(
        col(before.workspace_id) == caller.workspace_id, col(before.number) == Event.number - 1
    )
    statement = (
        select(  # type: ignore[call-overload]  # SQLModel types at most four columns
            Event.number,
            Event.id,
            Event.occurred_at,
            Event.kind,
            Event.subject_kind,
            Event.subject_id,
            Event.actor,
            func.coalesce(cast(Event.origin, Text), "null").label("origin"),
            cast(Event.data, Text).label("data"),
            func.coalesce(previous.scalar_subquery(), forgotten.scalar_subquery()).label(
                "previous"
            ),
            Event.hash,
        )
        .where(
            col(Event.workspace_id) == caller.workspace_id,
            col(Event.number) > after,
            *conditions(where),
        )
        .order_by(col(Event.number))
        .limit(most)
    )
    return (await session.exec(statement)).all()  # type: ignore[no-any-return]  # as above


def lines_of(rows: Sequence[Row[Any]], format_: FileFormat) -> bytes:
    """The rows as lines of the format."""
    if format_ is FileFormat.JSONL:
        return "".join(_json_line(_fields(row)) for row in rows).encode()
    return csv_lines(_fields(row) for row in rows)


def _fields(row: Row[Any]) -> list[Any]:
    """In the order of `FIELDS`."""
    return [
        row.number,
        show("evt", row.id),
        row.occurred_at.astimezone(UTC).strftime(MOMENT),
        row.kind,
        row.subject_kind,
        subject_text(row.subject_kind, row.subject_id),
        row.actor,
        row.origin,
        row.data,
        row.previous.hex(),
        row.hash.hex(),
    ]


def _json_line(fields: list[Any]) -> str:
    pairs = (
        f'"{name}": {value if name in RAW else json.dumps(value)}'
        for name, value in zip(FIELDS, fields, strict=True)
    )
    return "{" + ", ".join(pairs) + "}\n"
