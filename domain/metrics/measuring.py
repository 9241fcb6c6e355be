"""Which subjects of an account are measured when: the planning side of metrics."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.words import Sample
from domain.kernel.caller import Caller, Scope
from domain.kernel.nudges import due_at
from domain.metrics.service import record_samples
from domain.metrics.statements import run
from domain.metrics.subjects import AccountLike, Subject, copies_by_id, subject_of_account
from domain.metrics.timing import AHEAD, FIRST_WAIT, WEEKLY_FOR, next_close, next_measure
from domain.posts.rules import DeliveryKind, DeliveryState

LOCK_ROW = text("""
SELECT id FROM accounts
 WHERE workspace_id = CAST(:workspace AS uuid) AND id = CAST(:account AS uuid) FOR NO KEY UPDATE
""")
ADOPT = text("""
INSERT INTO measurings (workspace_id, subject_id, account_id, is_account, next_at, followers)
SELECT d.workspace_id, d.id, d.account_id, false, d.published_at + CAST(:wait AS interval), s.total
  FROM deliveries d
  LEFT JOIN standings s ON s.workspace_id = d.workspace_id AND s.subject_id = d.account_id
   AND s.metric = 'followers'
 WHERE d.workspace_id = CAST(:workspace AS uuid) AND d.account_id = CAST(:account AS uuid)
   AND d.kind = :publish AND d.state = :done AND d.remote_id IS NOT NULL
   AND d.published_at > CAST(:since AS timestamptz)
   AND NOT EXISTS (SELECT FROM measurings m
                    WHERE m.workspace_id = d.workspace_id AND m.subject_id = d.id)
    ON CONFLICT DO NOTHING
""")
ADOPT_ACCOUNT = text("""
INSERT INTO measurings (workspace_id, subject_id, account_id, is_account, next_at)
VALUES (CAST(:workspace AS uuid), CAST(:account AS uuid), CAST(:account AS uuid), true,
        CAST(:now AS timestamptz))
    ON CONFLICT DO NOTHING
""")
RETIRE = text("""
UPDATE measurings m SET next_at = NULL
  FROM deliveries d
 WHERE m.workspace_id = CAST(:workspace AS uuid) AND m.account_id = CAST(:account AS uuid)
   AND m.next_at <= CAST(:until AS timestamptz) AND NOT m.is_account
   AND d.workspace_id = m.workspace_id AND d.id = m.subject_id AND d.state <> :done
""")
# Soon means what `timing.ahead` says.
DUE = text("""
SELECT m.subject_id, m.is_account FROM measurings m
  LEFT JOIN deliveries d ON d.workspace_id = m.workspace_id AND d.id = m.subject_id
 WHERE m.workspace_id = CAST(:workspace AS uuid) AND m.account_id = CAST(:account AS uuid)
   AND m.next_at <= CAST(:until AS timestamptz)
   AND (d.published_at IS NULL
        OR m.next_at - CAST(:now AS timestamptz) <= CAST(:now AS timestamptz) - d.published_at)
 ORDER BY m.next_at LIMIT :most
""")
PLAN_NEXT = text("""
UPDATE measurings m SET next_at = n.next_at
  FROM unnest(CAST(:subjects AS uuid[]), CAST(:moments AS timestamptz[])) AS n (id, next_at)
 WHERE m.workspace_id = CAST(:workspace AS uuid) AND m.subject_id = n.id
""")
COME_BACK = text("""
UPDATE accounts SET measure_at = (
       SELECT greatest(min(m.next_at), CAST(:earliest AS timestamptz)) FROM measurings m
        WHERE m.workspace_id = accounts.workspace_id AND m.account_id = accounts.id
          AND m.next_at IS NOT NULL)
 WHERE workspace_id = CAST(:workspace AS uuid) AND id = CAST(:account AS uuid)
   AND measure_at IS NOT NULL
RETURNING measure_at
""")


@dataclass(frozen=True, slots=True)
class Due:
    """What of an account is to be measured now."""

    is_account_due: bool
    copies: Sequence[Subject]


async def plan_measuring(
    session: AsyncSession, caller: Caller, account: AccountLike, *, now: datetime, most: int
) -> Due:
    """What is due, at most `most`; newly published copies are taken up, withdrawn ones left."""
    caller.need(Scope.ACCOUNTS_WRITE)
    place = {"workspace": caller.workspace_id, "account": account.id}
    await run(session, ADOPT_ACCOUNT, **place, now=now)
    await _adopt(session, caller, account.id, now)
    until = now + AHEAD
    await run(session, RETIRE, **place, until=until, done=DeliveryState.DONE)
    rows = await run(session, DUE, **place, now=now, until=until, most=most)
    ids = [row["subject_id"] for row in rows if not row["is_account"]]
    return Due(any(row["is_account"] for row in rows), await copies_by_id(session, caller, ids))


async def record_measured(
    session: AsyncSession,
    caller: Caller,
    account: AccountLike,
    measured: Due,
    samples: Sequence[Sample],
    *,
    now: datetime,
) -> None:
    """Records what a network answered and plans when each subject is measured again."""
    await record_samples(session, caller, account, samples, now=now)
    moments = {
        each.id: next_measure(each.begun_at or now, now=now, zone=each.zone, account_id=account.id)
        for each in measured.copies
    }
    if measured.is_account_due:
        own = await subject_of_account(session, caller, account)
        moments[own.id] = next_close(now + AHEAD, zone=own.zone, account_id=own.id)
    await run(
        session,
        PLAN_NEXT,
        workspace=caller.workspace_id,
        subjects=list(moments),
        moments=list(moments.values()),
    )


async def finish_measuring(
    session: AsyncSession,
    caller: Caller,
    account_id: UUID,
    *,
    earliest: datetime,
    now: datetime,
) -> None:
    """Plans the account's next visit: when its next subject is due, not before `earliest`."""
    caller.need(Scope.ACCOUNTS_WRITE)
    place = {"workspace": caller.workspace_id, "account": account_id}
    # Whoever publishes meanwhile waits for this row, or is seen by the statements after it.
    await run(session, LOCK_ROW, **place)
    await _adopt(session, caller, account_id, now)
    found = await run(session, COME_BACK, **place, earliest=earliest)
    if found and found[0]["measure_at"] is not None:
        due_at(session, caller.workspace_id, account_id, found[0]["measure_at"])


async def _adopt(session: AsyncSession, caller: Caller, account_id: UUID, now: datetime) -> None:
    await run(
        session,
        ADOPT,
        workspace=caller.workspace_id,
        account=account_id,
        publish=DeliveryKind.PUBLISH,
        done=DeliveryState.DONE,
        since=now - WEEKLY_FOR,
        wait=FIRST_WAIT,
    )
