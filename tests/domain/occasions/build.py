"""Occasions as a worker takes them over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.kernel.caller import Caller
from domain.kernel.database import Database
from domain.occasions.following import claim_readings, record_reading
from domain.occasions.shapes import Document, Found

LEASE = timedelta(minutes=1)


def christmas(**changes: Any) -> Found:
    """The 25th of December 2026, in Zurich."""
    found = Found(
        uid="noel@example.org",
        recurrence="20261225",
        title="Noël",
        description="Jour férié",
        place="",
        url=None,
        is_all_day=True,
        starts_on=date(2026, 12, 25),
        ends_on=date(2026, 12, 25),
        starts_at=datetime(2026, 12, 24, 23, tzinfo=UTC),
        ends_at=datetime(2026, 12, 25, 23, tzinfo=UTC),
        time_zone=None,
    )
    return replace(found, **changes)


async def take_over(
    database: Database,
    caller: Caller,
    calendar_id: UUID,
    found: Sequence[Found],
    *,
    now: datetime | None = None,
) -> None:
    """Reads the calendar, which is due, and finds these in it."""
    at = now or datetime.now(UTC)
    async with database.transaction(caller.workspace_id) as session:
        due = await claim_readings(session, caller, now=at, lease=LEASE, batch=100)
    [asked] = [each for each in due if each.id == calendar_id]
    document = Document(tuple(found), etag="", modified="")
    async with database.transaction(caller.workspace_id) as session:
        await record_reading(session, caller, asked, document, now=at)
