"""The workers' half of reading back: which copies are looked at now, and what was seen.

A lease is the worker's as long as it ends when it said it would: an edit plans the first look anew
and a withdrawal ends all looks, so what was read before either of them is not believed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import JsonValue
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.words import Ref
from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.database import driver_of
from domain.kernel.ids import show
from domain.posts.content import Content
from domain.posts.delivery_queries import visible_deliveries
from domain.posts.delivery_shapes import DriftCode, DriftView
from domain.posts.drift import DOUBT, next_look
from domain.posts.tables import Delivery, Post

# Accounts whose turn came first; of each, what is due by now.
CLAIM = """
WITH turn AS MATERIALIZED (
    SELECT account_id FROM deliveries
     WHERE workspace_id = $1 AND read_back_at <= $2
     GROUP BY account_id ORDER BY min(read_back_at) LIMIT $4
), due AS MATERIALIZED (
    SELECT id FROM deliveries
     WHERE workspace_id = $1 AND read_back_at <= $2
       AND account_id IN (SELECT account_id FROM turn)
     ORDER BY read_back_at LIMIT $5 FOR UPDATE SKIP LOCKED
)
UPDATE deliveries d SET read_back_at = $3
  FROM due WHERE d.workspace_id = $1 AND d.id = due.id
RETURNING d.id, d.account_id, d.content, d.refs, d.published_at, d.read_backs
"""
PUT_OFF = """
WITH mine AS MATERIALIZED (
    SELECT id FROM deliveries
     WHERE workspace_id = $1 AND id = ANY ($2) AND read_back_at = $3
     ORDER BY id FOR UPDATE
)
UPDATE deliveries d SET read_back_at = $4
  FROM mine WHERE d.workspace_id = $1 AND d.id = mine.id
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """One published delivery, in the hands of this worker until the lease ends."""

    id: UUID
    account_id: UUID
    stored: dict[str, Any]
    refs: tuple[Ref, ...]
    published_at: datetime
    is_new: bool
    """Whether it was never looked at since it was sent or edited."""
    lease_end: datetime

    @property
    def content(self) -> Content:
        """Read here, not when it is claimed: one that cannot be read keeps back no other."""
        return Content.model_validate(self.stored)


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen of a copy; None where the network did not tell."""

    copy: Copy
    drift: Sequence[DriftView] | None

    @property
    def is_doubtful(self) -> bool:
        """Whether it may just not be shown yet."""
        gone = any(each.code is DriftCode.GONE for each in self.drift or ())
        return self.copy.is_new and gone

    @property
    def is_drift(self) -> bool:
        return bool(self.drift) and not self.is_doubtful


async def claim_due(
    session: AsyncSession,
    caller: Caller,
    *,
    now: datetime,
    lease: timedelta,
    accounts: int,
    most: int,
) -> dict[UUID, list[Copy]]:
    """Takes what is due of at most so many accounts; gives it by account."""
    raw, ends = await driver_of(session), now + lease
    rows = await raw.fetch(CLAIM, caller.workspace_id, now, ends, accounts, most)
    found: dict[UUID, list[Copy]] = {}
    for row in rows:
        copy = Copy(
            id=row["id"],
            account_id=row["account_id"],
            stored=row["content"],
            refs=tuple(Ref(each["remote_id"], each["url"]) for each in row["refs"]),
            published_at=row["published_at"],
            is_new=row["read_backs"] == 0,
            lease_end=ends,
        )
        found.setdefault(copy.account_id, []).append(copy)
    return found


async def put_off(
    session: AsyncSession, caller: Caller, copies: Sequence[Copy], *, until: datetime | None
) -> None:
    """Looks at them then, or, where there is nobody to ask, never."""
    raw = await driver_of(session)
    for lease_end in {copy.lease_end for copy in copies}:
        ids = [copy.id for copy in copies if copy.lease_end == lease_end]
        await raw.execute(PUT_OFF, caller.workspace_id, ids, lease_end, until)


async def lock_drifted(
    session: AsyncSession, caller: Caller, looked: Sequence[Looked]
) -> list[Post]:
    """The posts of copies that differ now, or did before, in the order in which they are locked."""
    ids = [each.copy.id for each in looked]
    differing = [each.copy.id for each in looked if each.is_drift]
    of_drifted = select(Delivery.post_id).where(
        col(Delivery.workspace_id) == caller.workspace_id,
        col(Delivery.id).in_(ids),
        col(Delivery.id).in_(differing) | col(Delivery.drift).is_not(None),
    )
    statement = select(Post).where(
        col(Post.workspace_id) == caller.workspace_id, col(Post.id).in_(of_drifted)
    )
    return list((await session.exec(statement.order_by(col(Post.id)).with_for_update())).all())


async def record_looked(
    session: AsyncSession, caller: Caller, looked: Sequence[Looked], *, now: datetime
) -> set[UUID]:
    """Keeps what was seen, tells of what is new in it, and plans the next look.

    Gives the posts of which something else differs than did before: those that `lock_drifted` gave
    must be locked.
    """
    ids = [each.copy.id for each in looked]
    statement = visible_deliveries(caller).where(col(Delivery.id).in_(ids))
    found = await session.exec(statement.order_by(col(Delivery.id)).with_for_update())
    rows = {row.id: row for row in found.all()}
    changing = await _changing(session, caller, rows.values())
    changed: set[UUID] = set()
    for each in looked:
        row = rows.get(each.copy.id)
        if row is None or row.read_back_at != each.copy.lease_end:
            continue
        if each.copy.id in changing:
            row.read_back_at = now + DOUBT
        elif _keep(session, caller, row, each, now) and row.post_id is not None:
            changed.add(row.post_id)
    return changed


async def _changing(
    session: AsyncSession, caller: Caller, rows: Iterable[Delivery]
) -> set[UUID | None]:
    """Copies that are being edited or withdrawn: what they show may be either."""
    posts = [row.post_id for row in rows if row.post_id is not None]
    statement = select(Delivery.undoes_id).where(
        col(Delivery.workspace_id) == caller.workspace_id,
        col(Delivery.post_id).in_(posts),
        col(Delivery.undoes_id).is_not(None),
        col(Delivery.act_at).is_not(None),
    )
    return set((await session.exec(statement)).all())


def _keep(
    session: AsyncSession, caller: Caller, row: Delivery, looked: Looked, now: datetime
) -> bool:
    """Whether something else differs than did before."""
    row.read_backs += 1
    row.read_back_at = next_look(row.read_backs, is_doubtful=looked.is_doubtful, now=now)
    if looked.drift is None or looked.is_doubtful:
        return False
    row.checked_at = now
    row.version, row.updated_at = row.version + 1, now
    before, after = row.drift, [each.model_dump(mode="json") for each in looked.drift] or None
    if before == after:
        return False
    row.drift, row.drifted_at = after, now if after else None
    row.drift_accepted_at = row.drift_accepted_by = None
    kind = "content_drift" if after else "content_drift_resolved"
    data: dict[str, JsonValue] = {
        "account": show("acct", row.account_id),
        "post": show("post", row.post_id) if row.post_id else None,
        "codes": codes_of(after),
        "previous": {"codes": codes_of(before)},
    }
    record(session, caller, f"delivery.{kind}", ("delivery", row.id), now=now, data=data)
    return True


def codes_of(drift: Sequence[dict[str, JsonValue]] | None) -> list[JsonValue]:
    """Each code once, in order."""
    return list(dict.fromkeys(each["code"] for each in drift or ()))
