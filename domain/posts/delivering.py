"""The workers' half of publishing: claim what is due, prepare it, hold it, give it back.

Each function is one transaction of plan or record; the act in between holds none.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.words import Checkpoint, Ref
from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.database import driver_of
from domain.posts import statements
from domain.posts.approving import hold_unapproved
from domain.posts.composing import new_contents, shown_by
from domain.posts.content import Content
from domain.posts.expiring import Ends, ends_of, expired, hold_expired, is_over
from domain.posts.freezing import withhold
from domain.posts.missed import hold_missed
from domain.posts.pausing import hold_paused
from domain.posts.quotes import hold_unquotable
from domain.posts.rights import hold_without_right
from domain.posts.rules import DeliveryKind, DeliveryState, PostState

SEND, LOOK_UP = "send", "look_up"
Claims = Sequence[asyncpg.Record]


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
    failures: int
    askings: int
    look_ups: int
    look_ups_ended: int
    due_at: datetime
    sent_at: datetime
    trace: str | None
    version: int
    """Of the delivery since it was claimed: another claim has another."""
    holds_until: datetime | None
    """When its words hold no longer; null: no end of them is known."""

    @property
    def brings_out(self) -> bool:
        """Whether anything new becomes public by it."""
        return self.act == SEND and self.kind is not DeliveryKind.WITHDRAW

    def ensure_holds(self, now: datetime) -> None:
        """Raises `PublishingExpired` once its words hold no longer; a thread begun is ended."""
        end = self.holds_until if self.act == SEND else None
        if end is not None and is_over(self.kind, self.checkpoint, end, now=now):
            raise expired(end)

    @property
    def may_stand(self) -> bool:
        """Whether some of it may be over there already, and is sought before it is sent."""
        is_new = self.kind in {DeliveryKind.PUBLISH, DeliveryKind.ANSWER}
        return is_new and (self.act == LOOK_UP or bool(self.checkpoint))


@dataclass(slots=True)
class Held:
    """A task in the hands of this worker, until its lease ends unless that is put off."""

    task: Task
    lease_end: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """Until when, and why, an account brings nothing out: its budget is spent, or another is first.

    Without a problem: what waits behind another message of its account, to be claimed with it.
    """

    until: datetime
    problem: Mapping[str, object] | None
    first_id: UUID | None = None
    """What is in doubt, or sent again; at a person's word it waits for nothing of its own."""


@dataclass(slots=True)
class Step:
    """That something begins of a task, or how far it got; `is_kept` once that is known for good."""

    task: Task
    checkpoint: Checkpoint | None
    begins: bool
    """Whether something may be changed over there from now on; else all that was is recorded."""
    is_kept: bool = False


async def claim_due(
    session: AsyncSession,
    workspace_ids: Sequence[UUID],
    *,
    by: UUID,
    now: datetime,
    lease: timedelta,
    most: int,
) -> Claims:
    """Takes at most `most` due deliveries for the worker `by` until the lease ends.

    Of accounts through which another worker speaks nothing is taken. One workspace after the
    other, each as its own: the transaction is the last one's afterwards.
    """
    raw = await driver_of(session)
    return await raw.fetch(statements.CLAIM, workspace_ids, by, now, now + lease, most)


async def is_any_going(session: AsyncSession, caller: Caller) -> bool:
    """Whether anything of the workspace is on its way out."""
    raw = await driver_of(session)
    is_going: bool = await raw.fetchval(statements.ANY_GOING, caller.workspace_id)
    return is_going


async def prepare(
    session: AsyncSession, caller: Caller, rows: Claims, *, now: datetime
) -> list[Task]:
    """Says of posts that they go out, and keeps with each delivery what exactly it will say.

    What is paused, comes too late, holds no longer, lacks an approval, shows media without a right,
    quotes what is not public or is on legal hold is left out: a hold is asked for first, and again
    of what could not be marked as going out.
    """
    raw = await driver_of(session)
    posts = list({row["post_id"] for row in rows} - {None})
    [bars] = await raw.fetch(statements.JUDGE, caller.workspace_id, posts)
    ends = await ends_of(raw, caller, posts) if bars["may_expire"] else {}
    rows = await _hold_barred(session, caller, rows, bars, ends, now)
    contents = await new_contents(raw, caller, rows)
    shown = {row["id"]: shown_by(row, contents) for row in rows}
    rows = await hold_without_right(session, caller, rows, shown, now=now)
    quotes = {id_: content.quote_of for id_, content in contents.items()}
    rows = await hold_unquotable(session, caller, rows, quotes, now=now)
    traces = {r["post_id"]: r["trace"] for r in rows if r["kind"] == DeliveryKind.PUBLISH}
    marked = await _mark_going_out(session, raw, caller, traces, now)
    others = [row for row in rows if row["post_id"] not in marked]
    free = {row["id"] for row in await withhold(session, caller, others, now=now)}
    rows = [row for row in rows if row["post_id"] in marked or row["id"] in free]
    contents = {row["id"]: contents[row["id"]] for row in rows if row["id"] in contents}
    if contents:
        stored = [each.model_dump_json() for each in contents.values()]
        await raw.execute(statements.PREPARE, caller.workspace_id, list(contents), stored)
    said = [row for row in rows if row["content"] or row["id"] in contents]
    return [_task(caller, row, contents, ends) for row in said]


async def _hold_barred(
    session: AsyncSession,
    caller: Caller,
    rows: Claims,
    bars: asyncpg.Record,
    ends: Ends,
    now: datetime,
) -> Claims:
    """Of most workspaces nothing is held in any way: one question, `bars`, tells."""
    if bars["on_hold"]:
        rows = await withhold(session, caller, rows, now=now)
    if bars["paused"]:
        rows = await hold_paused(session, caller, rows, now=now)
    rows = await hold_missed(session, caller, rows, now=now)
    if ends:
        rows = await hold_expired(session, caller, rows, ends, now=now)
    if bars["has_policies"]:
        rows = await hold_unapproved(session, caller, rows, now=now)
    return rows


def unprepared(caller: Caller, row: asyncpg.Record) -> Task:
    """A claimed delivery as its row has it, without what it would say."""
    return _task(caller, row, {row["id"]: Content(parts=())}, {})


async def keep_steps(pool: asyncpg.Pool, steps: Sequence[Step]) -> None:
    """Keeps how far deliveries got: a transaction in one round trip, as all of them wait for it.

    One workspace after the other, each as its own.

    Of what was claimed again since, nothing begins by it; what had begun may still tell of itself
    while the outcome is in doubt.
    """
    rows = await pool.fetch(
        statements.KEEP_STEPS,
        [each.task.workspace_id for each in steps],
        [each.task.id for each in steps],
        [each.task.version for each in steps],
        [each.begins for each in steps],
        [None if each.checkpoint is None else json.dumps(each.checkpoint) for each in steps],
    )
    kept = {row["id"] for row in rows}
    for each in steps:
        each.is_kept = each.task.id in kept


async def extend_leases(
    session: AsyncSession, caller: Caller, held: Sequence[Held], *, lease_end: datetime
) -> set[UUID]:
    """Keeps what a worker holds until `lease_end`; gives what was still its own.

    A lease that ends otherwise than the worker knows is another's by now.
    """
    raw = await driver_of(session)
    ids, ends = [each.task.id for each in held], [each.lease_end for each in held]
    rows = await raw.fetch(statements.EXTEND, caller.workspace_id, ids, ends, lease_end)
    return {row["id"] for row in rows}


async def _mark_going_out(
    session: AsyncSession,
    raw: asyncpg.Connection,
    caller: Caller,
    traces: Mapping[UUID, str | None],
    now: datetime,
) -> set[UUID]:
    found = await raw.fetch(statements.GOING_OUT, caller.workspace_id, list(traces), now)
    data = {"previous": {"state": PostState.SCHEDULED}, "state": PostState.GOING_OUT}
    for row in found:
        id_ = row["id"]
        record(
            session,
            caller,
            "post.going_out",
            ("post", id_),
            now=now,
            data=data,
            trace=traces[id_],
        )
    return {row["id"] for row in found}


def _task(
    caller: Caller, row: asyncpg.Record, contents: Mapping[UUID, Content], ends: Ends
) -> Task:
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
        failures=row["failures"],
        askings=row["askings"],
        look_ups=row["look_ups"],
        look_ups_ended=row["look_ups_ended"],
        due_at=row["due_at"],
        sent_at=row["sent_at"],
        trace=row["trace"],
        version=row["version"],
        holds_until=ends.get(row["post_id"]),
    )
