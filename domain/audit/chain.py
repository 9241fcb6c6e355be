"""Whether the event log is what was written: each event's hash covers the one before it.

    hash = sha256(hash of the event before ‖ number, 8 bytes, big end first ‖ digest)
    digest = sha256 of these lines: workspace and id (32 hexadecimal digits), moment
             (2026-11-26T09:00:00.000000Z), kind, kind and id of the subject, actor,
             origin and data as JSON as exports show them

Before the first event of a workspace stand 32 zero bytes. The retention forgets from the beginning
and keeps the last forgotten hash. Whoever owns the database can write a new chain from end to end:
against that helps only a number and a hash that were noted elsewhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.audit.shapes import HASH_LENGTH, AuditVerificationView, ChainFault
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import Fault, Misfit

HASH = re.compile(f"[0-9a-f]{{{HASH_LENGTH}}}")
MOST = 100_000
"""Entries that one call looks at: some two seconds."""

HEAD = text("""
SELECT c.last_number, c.last_hashes[cardinality(c.last_hashes)] AS last_hash,
       c.forgotten_number, c.forgotten_hash,
       (SELECT min(e.number) FROM events e WHERE e.workspace_id = c.workspace_id
           AND (e.number > c.last_number OR e.number <= c.forgotten_number)) AS added_at,
       (SELECT e.hash FROM events e WHERE e.workspace_id = c.workspace_id
           AND e.number = :before) AS before_hash,
       (SELECT e.hash FROM events e WHERE e.workspace_id = c.workspace_id
           AND e.number = :known) AS known_hash
  FROM event_counters c WHERE c.workspace_id = :workspace
""")
LINKS = text("""
WITH linked AS (
    SELECT e.number, e.hash,
           e.number - lag(e.number, 1, CAST(:before AS bigint)) OVER numbers AS step,
           sha256(lag(e.hash, 1, CAST(:before_hash AS bytea)) OVER numbers || int8send(e.number)
               || parvis_event_digest(e.workspace_id, e.id, e.occurred_at, e.kind, e.subject_kind,
                                      e.subject_id, e.actor, e.origin, e.data)) AS wanted
      FROM (SELECT * FROM events WHERE workspace_id = :workspace AND number > :before
               AND number <= :head ORDER BY number LIMIT :most) AS e
    WINDOW numbers AS (ORDER BY e.number)
)
SELECT count(*) AS seen, max(number) AS last,
       min(number - step + 1) FILTER (WHERE step <> 1) AS missing_at,
       min(number) FILTER (WHERE hash <> wanted) AS altered_at,
       (SELECT e.hash FROM events e
         WHERE e.workspace_id = :workspace AND e.number = max(linked.number)) AS last_hash
  FROM linked
""")


@dataclass(frozen=True, slots=True)
class Known:
    """An entry as somebody noted it down."""

    number: int
    hash: bytes

    @classmethod
    def of(cls, number: int | None, hash_: str | None) -> Self | None:
        """What a caller sent. Raises `Misfit` for one without the other."""
        if number is None and hash_ is None:
            return None
        if number is None or hash_ is None or not HASH.fullmatch(hash_):
            text = "Send an entry's number and its hash of 64 hexadecimal digits together."
            raise Misfit(text, faults=(Fault("/query/known_hash", "known_incomplete", text),))
        return cls(number, bytes.fromhex(hash_))


Wrong = tuple[int, ChainFault]


async def verify_chain(
    session: AsyncSession,
    caller: Caller,
    *,
    from_number: int = 1,
    known: Known | None = None,
    most: int = MOST,
) -> AuditVerificationView:
    """Looks at `most` entries from `from_number` on, and at both ends of the log.

    Raises `Misfit`.
    """
    caller.need(Scope.AUDIT_READ)
    if from_number < 1:
        raise Misfit("The first entry has the number 1.", at="/from_number")
    connection = await session.connection()
    asked = {
        "workspace": caller.workspace_id,
        "before": from_number - 1,
        "known": known.number if known else 0,
    }
    head = (await connection.execute(HEAD, asked)).one_or_none()
    if head is None:
        return _untold()
    start = _start(head, from_number)
    limits = {"before": start[0], "before_hash": start[1], "head": head.last_number, "most": most}
    found = (await connection.execute(LINKS, asked | limits)).one()
    is_confirmed = None if known is None else _is_confirmed(head, known)
    faults = [*_faults_between(head, start, found, most)]
    if known is not None and is_confirmed is False:
        faults.append((known.number, ChainFault.REWRITTEN))
    number, fault = min(faults, default=(None, None))
    return AuditVerificationView(
        is_whole=fault is None,
        fault=fault,
        fault_number=number,
        first_number=start[0] + 1,
        last_number=found.last or start[0],
        is_complete=found.seen < most or found.last == head.last_number,
        is_known_confirmed=is_confirmed,
        head_number=head.last_number,
        head_hash=head.last_hash.hex(),
    )


def _start(head: Row[Any], from_number: int) -> tuple[int, bytes | None]:
    """The entry to tie up with, and its hash; None: it is not there."""
    before = from_number - 1
    if before <= head.forgotten_number:
        return head.forgotten_number, head.forgotten_hash
    if before >= head.last_number:
        return head.last_number, head.last_hash
    return before, head.before_hash


def _faults_between(
    head: Row[Any], start: tuple[int, bytes | None], found: Row[Any], most: int
) -> Iterator[Wrong]:
    if head.added_at is not None:
        yield head.added_at, ChainFault.ADDED
    if start[1] is None:
        yield start[0], ChainFault.MISSING
    if found.missing_at is not None:
        yield found.missing_at, ChainFault.MISSING
    if found.altered_at is not None:
        yield found.altered_at, ChainFault.ALTERED
    last = found.last or start[0]
    if found.seen < most and last < head.last_number:
        yield last + 1, ChainFault.MISSING
    if last == head.last_number and (found.last_hash or start[1]) != head.last_hash:
        yield last, ChainFault.ALTERED


def _is_confirmed(head: Row[Any], known: Known) -> bool | None:
    if known.number < head.forgotten_number:
        return None
    if known.number == head.forgotten_number:
        return bool(known.hash == head.forgotten_hash)
    return bool(known.hash == head.known_hash)


def _untold() -> AuditVerificationView:
    """Of a workspace in which nothing has happened."""
    return AuditVerificationView(
        is_whole=True,
        fault=None,
        fault_number=None,
        first_number=1,
        last_number=0,
        is_complete=True,
        is_known_confirmed=None,
        head_number=0,
        head_hash=bytes(32).hex(),
    )
