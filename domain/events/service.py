"""Writes the event log: in the transaction of the change, numbered by its last statement."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.orm import Session
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.tables import Event
from domain.kernel.caller import Caller
from domain.kernel.database import WORKSPACE, at_close
from domain.kernel.ids import new_id
from domain.kernel.traces import current_trace

PENDING = "events"

# One statement takes the numbers and writes the rows: the counter is locked only for the fsync.
APPEND = text("""
WITH counted AS (
    INSERT INTO event_counters (workspace_id, last_number)
    VALUES (CAST(:workspace AS uuid), :count)
    ON CONFLICT (workspace_id)
    DO UPDATE SET last_number = event_counters.last_number + :count
    RETURNING last_number
)
INSERT INTO events (workspace_id, number, id, kind, subject_kind, subject_id, actor,
                    occurred_at, data, trace)
SELECT CAST(:workspace AS uuid), counted.last_number - :count + sent.position, sent.id, sent.kind,
       sent.subject_kind, sent.subject_id, sent.actor, sent.occurred_at, sent.data, :trace
  FROM counted, ROWS FROM (jsonb_to_recordset(CAST(:sent AS jsonb)) AS (
        id uuid, kind text, subject_kind text, subject_id uuid, actor text,
        occurred_at timestamptz, data jsonb)) WITH ORDINALITY
       AS sent (id, kind, subject_kind, subject_id, actor, occurred_at, data, position)
""")


def record(
    session: AsyncSession,
    caller: Caller,
    kind: str,
    subject: tuple[str, UUID],
    *,
    now: datetime,
    data: dict[str, Any] | None = None,
) -> None:
    """Appends one event, such as `post.published`, when this transaction commits.

    `subject` is the kind and id of what changed; ids inside `data` are shown with their prefix.
    """
    entry = {
        "id": str(new_id()),
        "kind": kind,
        "subject_kind": subject[0],
        "subject_id": str(subject[1]),
        "actor": caller.actor,
        "occurred_at": now.isoformat(),
        "data": data or {},
    }
    session.info.setdefault(PENDING, []).append(entry)
    at_close(session, _append)


def _append(session: Session) -> None:
    pending = session.info.pop(PENDING)
    session.execute(
        APPEND,
        {
            "workspace": session.info[WORKSPACE],
            "count": len(pending),
            "sent": json.dumps(pending),
            "trace": current_trace(),
        },
    )


async def forget_events(session: AsyncSession, caller: Caller, *, before: datetime) -> None:
    """Deletes what the retention no longer keeps; numbers go on where they were."""
    await session.exec(
        delete(Event).where(
            col(Event.workspace_id) == caller.workspace_id, col(Event.occurred_at) < before
        )
    )
