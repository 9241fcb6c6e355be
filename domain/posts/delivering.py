"""The workers' half of publishing: claim what is due, record what came of it.

Each function is one transaction of plan or record; the act in between holds none.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, func, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.errors import NetworkError
from domain.connector.words import Checkpoint, Published, Ref
from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.errors import ParvisError
from domain.kernel.ids import new_id, show
from domain.kernel.nudges import due_at
from domain.posts.content import Content, content_of
from domain.posts.editing import keep_edit
from domain.posts.finding import find_post, lock_delivery
from domain.posts.planning import end, settle_post
from domain.posts.queries import visible_deliveries
from domain.posts.rules import (
    HOLD,
    Decision,
    DeliveryKind,
    DeliveryState,
    PostState,
    Verdict,
    may_move,
)
from domain.posts.tables import Attempt, Delivery, Post, Variant

SEND, LOOK_UP = "send", "look_up"

# A lost lease (going, past its end) is an unknown outcome: it is looked up, never sent again.
CLAIM = text("""
WITH due AS MATERIALIZED (
    SELECT id FROM deliveries
     WHERE workspace_id = :workspace AND act_at <= :now
     ORDER BY act_at LIMIT :most FOR UPDATE SKIP LOCKED
)
UPDATE deliveries d
   SET attempts = attempts + CASE d.state WHEN 'waiting' THEN 1 ELSE 0 END,
       look_ups = look_ups + CASE d.state WHEN 'waiting' THEN 0 ELSE 1 END,
       sent_at = coalesce(sent_at, :now),
       state = CASE d.state WHEN 'waiting' THEN 'going' ELSE 'unknown' END,
       act_at = :lease_end, version = version + 1, updated_at = :now
  FROM due WHERE d.workspace_id = :workspace AND d.id = due.id
RETURNING d.id, d.kind, d.state, d.account_id, d.post_id, d.variant_id, d.undoes_id, d.due_at,
          d.content, d.checkpoint, d.attempts, d.look_ups, d.sent_at, d.refs, d.trace
""")
GOING_OUT = text("""
UPDATE posts SET state = 'going_out', version = version + 1, updated_at = :now
 WHERE workspace_id = :workspace AND id IN (
     SELECT id FROM posts
      WHERE workspace_id = :workspace AND id = ANY (:posts) AND state = 'scheduled'
      ORDER BY id FOR UPDATE)
RETURNING id
""")
PREPARE = text("""
UPDATE deliveries SET content = sent.content
  FROM jsonb_to_recordset(CAST(:contents AS jsonb)) AS sent (id uuid, content jsonb)
 WHERE workspace_id = :workspace AND deliveries.id = sent.id
""")


@dataclass(frozen=True, slots=True)
class Task:
    """One claimed delivery: what to do, and all that is needed to do it."""

    workspace_id: UUID
    id: UUID
    kind: DeliveryKind
    act: str
    account_id: UUID
    post_id: UUID | None
    undoes_id: UUID | None
    content: Content
    checkpoint: Checkpoint
    refs: tuple[Ref, ...]
    attempts: int
    look_ups: int
    due_at: datetime
    sent_at: datetime
    trace: str | None


async def claim_due(
    session: AsyncSession, caller: Caller, *, now: datetime, lease: timedelta, most: int
) -> list[dict[str, Any]]:
    """Takes at most `most` due deliveries for this worker until the lease ends."""
    found = await session.exec(  # type: ignore[call-overload]  # SQLModel types no text()
        CLAIM,
        params={
            "workspace": caller.workspace_id,
            "now": now,
            "lease_end": now + lease,
            "most": most,
        },
    )
    return [dict(row) for row in found.mappings()]


async def prepare(
    session: AsyncSession, caller: Caller, rows: Sequence[dict[str, Any]], *, now: datetime
) -> list[Task]:
    """Says of posts that they go out, and keeps with each delivery what exactly it will say."""
    contents = await _new_contents(session, caller, rows)
    post_ids = {row["post_id"] for row in rows if row["kind"] == DeliveryKind.PUBLISH}
    await _mark_going_out(session, caller, post_ids, now)
    if contents:
        stored = [{"id": str(id_), "content": c.stored()} for id_, c in contents.items()]
        await session.exec(  # type: ignore[call-overload]  # SQLModel types no text()
            PREPARE, params={"workspace": caller.workspace_id, "contents": json.dumps(stored)}
        )
    return [_task(caller, row, contents) for row in rows if row["content"] or row["id"] in contents]


async def save_checkpoint(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    checkpoint: Checkpoint,
    *,
    lease_end: datetime,
) -> None:
    """Keeps how far a delivery got, and the lease with it."""
    row = await lock_delivery(session, caller, id_)
    row.checkpoint = dict(checkpoint)
    if row.state in {DeliveryState.GOING, DeliveryState.UNKNOWN}:
        row.act_at = lease_end


async def record_done(
    session: AsyncSession,
    caller: Caller,
    task: Task,
    published: Published | None,
    *,
    started_at: datetime,
    now: datetime,
) -> None:
    """The delivery arrived; a withdrawal arrived when what it undoes is gone."""
    post, row = await _locked(session, caller, task)
    await _add_attempt(session, row, task, "done", None, started_at, now)
    if not may_move(DeliveryState(row.state), DeliveryState.DONE):
        return
    end(row, DeliveryState.DONE, now)
    row.problem = None
    if row.kind == DeliveryKind.EDIT:
        if post is not None and published is not None:
            await keep_edit(session, caller, post, row, published, now=now)
    elif published is not None:
        row.refs = [{"remote_id": ref.remote_id, "url": ref.url} for ref in published.refs]
        row.remote_id, row.url = published.remote_id, published.url
        row.published_at = now
    if row.kind == DeliveryKind.WITHDRAW and task.undoes_id is not None:
        undone = await lock_delivery(session, caller, task.undoes_id)
        end(undone, DeliveryState.WITHDRAWN, now)
    data = {"kind": row.kind, "account": show("acct", row.account_id), "url": row.url}
    record(session, caller, "delivery.done", ("delivery", row.id), now=now, data=data)
    if post is not None:
        await settle_post(session, caller, post, now=now)


async def record_error(
    session: AsyncSession,
    caller: Caller,
    task: Task,
    error: NetworkError,
    decision: Decision,
    *,
    started_at: datetime,
    now: datetime,
) -> None:
    """The delivery waits, is held, stops, or must be looked up: as decided."""
    post, row = await _locked(session, caller, task)
    state = _STATES[decision.verdict]
    await _add_attempt(session, row, task, state, error, started_at, now)
    if row.state != state and not may_move(DeliveryState(row.state), state):
        return
    row.state, row.act_at = state, decision.at
    row.version, row.updated_at = row.version + 1, now
    row.problem = {
        "code": error.code,
        "message": error.message,
        "said": error.said,
        "acting_party": decision.acting_party,
        "is_retryable": decision.is_retryable,
    }
    if decision.at is not None:
        due_at(session, caller.workspace_id, row.id, decision.at)
    data = {"code": error.code, "account": show("acct", row.account_id)}
    record(session, caller, f"delivery.{state}", ("delivery", row.id), now=now, data=data)
    if post is not None:
        await settle_post(session, caller, post, now=now)


async def record_not_there(
    session: AsyncSession,
    caller: Caller,
    task: Task,
    *,
    again_at: datetime | None,
    started_at: datetime,
    now: datetime,
) -> None:
    """A look-up did not find it: look once more at `again_at`, or, if None, send it again."""
    post, row = await _locked(session, caller, task)
    await _add_attempt(session, row, task, "not_there", None, started_at, now)
    if row.state != DeliveryState.UNKNOWN:
        return
    row.act_at = again_at or now
    if again_at is None:
        row.state, row.look_ups = DeliveryState.WAITING, 0
        row.problem = None
    row.version, row.updated_at = row.version + 1, now
    due_at(session, caller.workspace_id, row.id, row.act_at)
    if post is not None:
        await settle_post(session, caller, post, now=now)


async def hold(
    session: AsyncSession, caller: Caller, task: Task, error: ParvisError, *, now: datetime
) -> None:
    """The account cannot speak: the delivery is kept and tried again later, or on reconnection."""
    post, row = await _locked(session, caller, task)
    looked = task.act == LOOK_UP
    row.state = DeliveryState.UNKNOWN if looked else DeliveryState.WAITING
    row.attempts -= 0 if looked else 1
    row.look_ups -= 1 if looked else 0
    row.act_at = now + HOLD
    row.version, row.updated_at = row.version + 1, now
    row.problem = {
        "code": error.code,
        "message": error.message,
        "said": "",
        "acting_party": "user",
        "is_retryable": True,
    }
    if post is not None:
        await settle_post(session, caller, post, now=now)


async def resume_account(
    session: AsyncSession, caller: Caller, account_id: UUID, *, now: datetime
) -> int:
    """Brings forward what was held while the account could not speak; gives how many."""
    statement = visible_deliveries(caller).where(
        col(Delivery.account_id) == account_id,
        col(Delivery.act_at) > now,
        col(Delivery.due_at) <= now,
        col(Delivery.problem).is_not(None),
    )
    rows = (await session.exec(statement.with_for_update())).all()
    for row in rows:
        row.act_at = now
        due_at(session, caller.workspace_id, row.id, now)
    return len(rows)


_STATES = {
    Verdict.WAIT: DeliveryState.WAITING,
    Verdict.HOLD: DeliveryState.WAITING,
    Verdict.STOP: DeliveryState.FAILED,
    Verdict.LOOK: DeliveryState.UNKNOWN,
}


async def _new_contents(
    session: AsyncSession, caller: Caller, rows: Sequence[dict[str, Any]]
) -> dict[UUID, Content]:
    """What first attempts at posts will say, by delivery."""
    fresh = {row["variant_id"]: row["id"] for row in rows if row["content"] is None}
    if not fresh:
        return {}
    statement = (
        select(Variant, Post)
        .join(
            Post,
            (col(Post.workspace_id) == col(Variant.workspace_id))
            & (col(Post.id) == col(Variant.post_id)),
        )
        .where(col(Variant.workspace_id) == caller.workspace_id, col(Variant.id).in_(fresh.keys()))
    )
    found = (await session.exec(statement)).all()
    return {fresh[variant.id]: content_of(post, variant) for variant, post in found}


async def _mark_going_out(
    session: AsyncSession, caller: Caller, post_ids: set[UUID], now: datetime
) -> None:
    found = await session.exec(  # type: ignore[call-overload]  # SQLModel types no text()
        GOING_OUT,
        params={"workspace": caller.workspace_id, "posts": list(post_ids), "now": now},
    )
    data = {"previous": {"state": PostState.SCHEDULED}, "state": PostState.GOING_OUT}
    for (post_id,) in found:
        record(session, caller, "post.going_out", ("post", post_id), now=now, data=data)


def _task(caller: Caller, row: dict[str, Any], contents: dict[UUID, Content]) -> Task:
    content = contents.get(row["id"]) or Content.model_validate(row["content"])
    return Task(
        workspace_id=caller.workspace_id,
        id=row["id"],
        kind=DeliveryKind(row["kind"]),
        act=SEND if row["state"] == DeliveryState.GOING else LOOK_UP,
        account_id=row["account_id"],
        post_id=row["post_id"],
        undoes_id=row["undoes_id"],
        content=content,
        checkpoint=row["checkpoint"],
        refs=tuple(Ref(ref["remote_id"], ref["url"]) for ref in row["refs"]),
        attempts=row["attempts"],
        look_ups=row["look_ups"],
        due_at=row["due_at"],
        sent_at=row["sent_at"],
        trace=row["trace"],
    )


async def _locked(
    session: AsyncSession, caller: Caller, task: Task
) -> tuple[Post | None, Delivery]:
    """The post, then its delivery: always locked in this order."""
    post = await find_post(session, caller, task.post_id, None) if task.post_id else None
    return post, await lock_delivery(session, caller, task.id)


async def _add_attempt(
    session: AsyncSession,
    row: Delivery,
    task: Task,
    outcome: str,
    error: NetworkError | None,
    started_at: datetime,
    now: datetime,
) -> None:
    """One more line in the delivery's history; a retry counts on where the history ends."""
    before = select(func.count()).where(
        col(Attempt.workspace_id) == row.workspace_id, col(Attempt.delivery_id) == row.id
    )
    session.add(
        Attempt(
            workspace_id=row.workspace_id,
            id=new_id(),
            delivery_id=row.id,
            number=(await session.exec(before)).one() + 1,
            act=task.act,
            started_at=started_at,
            ended_at=now,
            outcome=outcome,
            code=error.code if error else None,
            detail=(error.said or error.message) if error else None,
        )
    )
    await session.flush()
