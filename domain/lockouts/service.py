"""Counts failures, tells how long who failed too often has to wait, and forgets."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, tuple_
from sqlmodel import col, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.lockouts.rules import FORGOTTEN_AFTER, locked_until
from domain.lockouts.tables import Lockout

Subject = tuple[str, bytes]
"""A kind such as `sign_in.address`, and the keyed digest of who or where."""

# In the order of their keys: two who fail at once never wait for each other in a ring.
COUNT = text("""
INSERT INTO lockouts (kind, subject, failures, failed_at)
SELECT kind, subject, 1, :now
  FROM unnest(CAST(:kinds AS text[]), CAST(:subjects AS bytea[])) AS failed (kind, subject)
 ORDER BY kind, subject
    ON CONFLICT (kind, subject) DO UPDATE
   SET failures = CASE WHEN lockouts.failed_at < :forgotten THEN 1
                       ELSE lockouts.failures + 1 END,
       failed_at = :now
""")


async def wait_of(
    session: AsyncSession, most: Mapping[Subject, int], *, lock: timedelta, now: datetime
) -> datetime | None:
    """The latest moment until which one of the subjects is locked; None when none is.

    `most` says how many failures each subject has before it is locked.
    """
    here = tuple_(col(Lockout.kind), col(Lockout.subject))
    rows = await session.exec(select(Lockout).where(here.in_(list(most))))
    ends = [
        locked_until(row.failures, row.failed_at, most=most[row.kind, row.subject], lock=lock)
        for row in rows
        if row.failed_at > now - FORGOTTEN_AFTER
    ]
    return max((end for end in ends if end is not None and end > now), default=None)


async def count_failure(
    session: AsyncSession, subjects: Mapping[Subject, int], *, now: datetime
) -> None:
    await session.exec(  # type: ignore[call-overload]  # SQLModel types no text()
        COUNT,
        params={
            "kinds": [kind for kind, _ in subjects],
            "subjects": [subject for _, subject in subjects],
            "now": now,
            "forgotten": now - FORGOTTEN_AFTER,
        },
    )


async def forgive(session: AsyncSession, subject: Subject) -> None:
    """Forgets the failures of somebody who proved who they are."""
    here = (col(Lockout.kind) == subject[0]) & (col(Lockout.subject) == subject[1])
    await session.exec(delete(Lockout).where(here))


async def forget_failures(session: AsyncSession, *, now: datetime) -> None:
    """Deletes what no longer counts."""
    await session.exec(delete(Lockout).where(col(Lockout.failed_at) < now - FORGOTTEN_AFTER))
