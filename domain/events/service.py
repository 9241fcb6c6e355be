"""Writes the event log: in the transaction of the change, numbered by its last statement."""

import json
from collections.abc import Container, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.kinds import EventKind
from domain.kernel.caller import Caller
from domain.kernel.database import WORKSPACE, at_close, run_on_driver
from domain.kernel.ids import BY_KIND, new_id, show
from domain.kernel.origins import current_address
from domain.kernel.tables import Kept
from domain.kernel.traces import current_trace

PENDING = "events"
ID_COLUMNS = {
    "assigned_to": "member",
    "checker_id": "member",
    "expert_ids": "member",
    "communities": "community",
    "cover_id": "media",
    "document_id": "media",
}
"""Columns of ids that are not called after their kind."""

# One statement takes the numbers and writes the rows: the counter is locked only for the fsync.
# What is digested is digested before; under the lock stands one short hash an event.
APPEND = """
WITH sent AS MATERIALIZED (
    SELECT told.*, parvis_event_digest($1, id, occurred_at, kind,
               subject_kind, subject_id, actor, origin, data) AS digest
      FROM ROWS FROM (jsonb_to_recordset(CAST($3::text AS jsonb)) AS (
            id uuid, kind text, subject_kind text, subject_id uuid, actor text,
            occurred_at timestamptz, data jsonb, trace text, origin jsonb)) WITH ORDINALITY
           AS told (id, kind, subject_kind, subject_id, actor, occurred_at, data, trace, origin,
                    position)
), counted AS (
    INSERT INTO event_counters AS kept (workspace_id, last_number, last_hashes)
    VALUES ($1, $2, parvis_event_hashes(decode(repeat('00', 32), 'hex'),
            0, (SELECT array_agg(digest ORDER BY position) FROM sent)))
    ON CONFLICT (workspace_id)
    DO UPDATE SET last_number = kept.last_number + $2,
                  last_hashes = parvis_event_hashes(
                      kept.last_hashes[cardinality(kept.last_hashes)], kept.last_number,
                      (SELECT array_agg(digest ORDER BY position) FROM sent))
    RETURNING last_number, last_hashes
)
INSERT INTO events (workspace_id, number, id, kind, subject_kind, subject_id, actor,
                    occurred_at, data, trace, origin, hash)
SELECT $1, counted.last_number - $2 + sent.position, sent.id, sent.kind,
       sent.subject_kind, sent.subject_id, sent.actor, sent.occurred_at, sent.data, sent.trace,
       sent.origin, counted.last_hashes[sent.position]
  FROM counted, sent
"""
# The log is forgotten from its beginning on: a gap would be a missing event.
FORGET = text("""
WITH gone AS (
    DELETE FROM events
     WHERE workspace_id = :workspace AND number < coalesce(
           (SELECT min(number) FROM events
             WHERE workspace_id = :workspace AND occurred_at >= :before),
           (SELECT last_number + 1 FROM event_counters WHERE workspace_id = :workspace))
    RETURNING number, hash
)
UPDATE event_counters SET forgotten_number = latest.number, forgotten_hash = latest.hash
  FROM (SELECT number, hash FROM gone ORDER BY number DESC LIMIT 1) AS latest
 WHERE workspace_id = :workspace
""")


def record(
    session: AsyncSession,
    caller: Caller,
    kind: str,
    subject: tuple[str, UUID],
    *,
    now: datetime,
    data: dict[str, Any] | None = None,
    trace: str | None = None,
) -> None:
    """Appends one event, such as `post.published`, when this transaction commits.

    `subject` is the kind and id of what changed; ids inside `data` are shown with their prefix.
    Raises `ValueError` for what `EventKind` does not declare.
    `trace` is the one it belongs to, where many are written at once; left out: what runs now.
    """
    if subject[0] not in EventKind(kind).subjects:
        raise ValueError(f"{kind} is not declared to be about a {subject[0]}.")
    entry = {
        "id": str(new_id()),
        "kind": kind,
        "subject_kind": subject[0],
        "subject_id": str(subject[1]),
        "actor": caller.actor,
        "occurred_at": now.isoformat(),
        "data": data or {},
        "trace": trace or current_trace(),
        "origin": _origin(caller),
    }
    session.info.setdefault(PENDING, []).append(entry)
    at_close(session, _append)


def record_change(
    session: AsyncSession,
    caller: Caller,
    kind: str,
    subject: tuple[str, UUID],
    row: Kept,
    previous: Mapping[str, Any],
    *,
    now: datetime,
    personal: Container[str] = (),
) -> None:
    """As `record`, with values before and after; `previous` is what `apply` gave.

    Fields that are `personal`, and those that are no columns, are named and not shown.
    """
    shown = [name for name in previous if name not in personal and hasattr(row, name)]
    data = {
        "changed": sorted(previous),
        "previous": {name: plain(name, previous[name]) for name in shown},
        "current": {name: plain(name, getattr(row, name)) for name in shown},
    }
    record(session, caller, kind, subject, now=now, data=data)


def plain(name: str, value: object) -> object:
    """A column's value as JSON; ids bear the prefix that the column's name tells."""
    if isinstance(value, list):
        return [plain(name, each) for each in value]
    if isinstance(value, UUID):
        kind = ID_COLUMNS.get(name) or name.removesuffix("s").removesuffix("_id")
        return show(BY_KIND[kind], value)
    return value.isoformat() if isinstance(value, date) else value


def _origin(caller: Caller) -> dict[str, str] | None:
    known = {"address": current_address(), "application": caller.application}
    return {name: value for name, value in known.items() if value is not None} or None


def _append(session: Session) -> None:
    pending = session.info.pop(PENDING)
    run_on_driver(session, APPEND, session.info[WORKSPACE], len(pending), json.dumps(pending))


async def forget_events(session: AsyncSession, caller: Caller, *, before: datetime) -> None:
    """Deletes what the retention no longer keeps; numbers and hashes go on where they were."""
    connection = await session.connection()
    await connection.execute(FORGET, {"workspace": caller.workspace_id, "before": before})
