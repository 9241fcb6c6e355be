"""Counts failures, tells how long who failed too often has to wait, and forgets."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, tuple_
from sqlmodel import col, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.lockouts.rules import FORGOTTEN_AFTER, locked_until
from domain.lockouts.tables import Lockout


class Subject(NamedTuple):
    """Who or where, of a kind such as `sign_in.address`: its digest under each key, newest first.

    The newest counts, all are added up: a rotation of the keys gives nobody new tries.
    """

    kind: str
    digests: tuple[bytes, ...]

    @property
    def names(self) -> list[tuple[str, bytes]]:
        return [(self.kind, digest) for digest in self.digests]


HERE = tuple_(col(Lockout.kind), col(Lockout.subject))
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
    names = [name for subject in most for name in subject.names]
    statement = select(Lockout).where(
        HERE.in_(names), col(Lockout.failed_at) > now - FORGOTTEN_AFTER
    )
    found = {(row.kind, row.subject): row for row in await session.exec(statement)}
    ends = []
    for subject, allowed in most.items():
        rows = [found[name] for name in subject.names if name in found]
        if rows:
            failures, failed_at = (
                sum(row.failures for row in rows),
                max(row.failed_at for row in rows),
            )
            ends.append(locked_until(failures, failed_at, most=allowed, lock=lock))
    return max((end for end in ends if end is not None and end > now), default=None)


async def count_failure(
    session: AsyncSession, subjects: Mapping[Subject, int], *, now: datetime
) -> None:
    await session.exec(  # type: ignore[call-overload]  # SQLModel types no text()
        COUNT,
        params={
            "kinds": [subject.kind for subject in subjects],
            "subjects": [subject.digests[0] for subject in subjects],
            "now": now,
            "forgotten": now - FORGOTTEN_AFTER,
        },
    )


async def forgive(session: AsyncSession, subject: Subject) -> None:
    """Forgets the failures of somebody who proved who they are."""
    await session.exec(delete(Lockout).where(HERE.in_(subject.names)))


async def forget_failures(session: AsyncSession, *, now: datetime) -> None:
    """Deletes what no longer counts."""
    await session.exec(delete(Lockout).where(col(Lockout.failed_at) < now - FORGOTTEN_AFTER))
