"""What arrived, recorded many at once, with posts, events and history."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.words import Published
from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.database import driver_of
from domain.kernel.ids import new_id, show
from domain.posts import statements
from domain.posts.delivering import Task
from domain.posts.drift import FIRST_LOOK
from domain.posts.editing import keep_edit
from domain.posts.finding import find_post, lock_delivery
from domain.posts.rules import (
    DeliveryKind,
    DeliveryState,
    PostState,
    counts_as,
    may_move,
    post_state,
    published_since,
    when_unplanned,
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A task that is done; `published` is None where nothing of ours stands there any more."""

    task: Task
    published: Published | None
    started_at: datetime

    def since(self, now: datetime) -> datetime:
        """When it arrived: of what a look-up found its network says it, within what can be."""
        told = self.published.at if self.published else None
        return now if told is None else min(max(told, self.task.sent_at), now)


async def record_done(
    session: AsyncSession, caller: Caller, arrived: Sequence[Arrived], *, now: datetime
) -> list[Task]:
    """The deliveries arrived; a withdrawal arrived when what it undoes is gone.

    Gives those of which it was not known yet: what is told again, or too late, changes nothing.
    """
    raw = await driver_of(session)
    posts = await lock_posts(raw, caller, (each.task.post_id for each in arrived))
    rows = await _lock_deliveries(raw, caller, arrived)
    there = [each for each in arrived if each.task.id in rows]
    new = [
        each
        for each in there
        if may_move(DeliveryState(rows[each.task.id]["state"]), DeliveryState.DONE)
    ]
    await _record(raw, caller, there, new, now)
    if not new:
        return []
    await _end(raw, caller, new, now)
    await _call_off_edits(session, raw, caller, new, rows, now)
    for each in new:
        _tell(session, caller, each, rows[each.task.id], now)
    await settle_posts(session, raw, caller, posts, now, traces_of(each.task for each in new))
    for each in new:
        if each.task.kind is DeliveryKind.EDIT:
            await _keep_edit(session, caller, each, now)
    return [each.task for each in new]


def _tell(
    session: AsyncSession, caller: Caller, arrived: Arrived, row: asyncpg.Record, now: datetime
) -> None:
    """Of a withdrawal also what became of the copy that it took back."""
    url = arrived.published.url if arrived.published and _is_own(arrived) else row["url"]
    account, trace = show("acct", row["account_id"]), arrived.task.trace
    data = {"kind": row["kind"], "account": account, "url": url}
    about = ("delivery", row["id"])
    record(session, caller, "delivery.done", about, now=now, data=data, trace=trace)
    for id_ in _undone([arrived]):
        about, data = ("delivery", id_), {"account": account}
        record(session, caller, "delivery.withdrawn", about, now=now, data=data, trace=trace)


def traces_of(tasks: Iterable[Task]) -> dict[UUID | None, str | None]:
    """By post, the trace of a task that moves it."""
    return {task.post_id: task.trace for task in tasks}


async def lock_posts(
    raw: asyncpg.Connection, caller: Caller, ids: Iterable[UUID | None]
) -> list[asyncpg.Record]:
    """Before their deliveries, and in one order for all: so nobody waits crosswise."""
    wanted = list({id_ for id_ in ids if id_ is not None})
    return await raw.fetch(statements.LOCK_POSTS, caller.workspace_id, wanted) if wanted else []


async def _lock_deliveries(
    raw: asyncpg.Connection, caller: Caller, arrived: Sequence[Arrived]
) -> dict[UUID, asyncpg.Record]:
    """With those that are undone by them, and what still would edit those."""
    undone = _undone(arrived)
    ids = {each.task.id for each in arrived} | {each.task.undoes_id for each in arrived} - {None}
    if undone:
        # Before the locks, and yet all: the post is locked, so none is added.
        posts = [each.task.post_id for each in arrived if each.task.post_id is not None]
        edits = await raw.fetch(statements.EDITS_OF, caller.workspace_id, posts, undone)
        ids |= {row["id"] for row in edits}
    rows = await raw.fetch(statements.LOCK_DELIVERIES, caller.workspace_id, list(ids))
    return {row["id"]: row for row in rows}


async def _record(
    raw: asyncpg.Connection,
    caller: Caller,
    there: Sequence[Arrived],
    new: Sequence[Arrived],
    now: datetime,
) -> None:
    """One more line in the history of each, and what is published of those that are new."""
    shown = [(each, each.published) for each in new if each.published and _is_own(each)]
    await raw.execute(
        statements.RECORD,
        caller.workspace_id,
        DeliveryState.DONE.value,
        now,
        [new_id() for _ in there],
        [each.task.id for each in there],
        [each.task.act for each in there],
        [each.started_at for each in there],
        [each.task.id for each, _ in shown],
        [_refs(published) for _, published in shown],
        [published.remote_id for _, published in shown],
        [published.url for _, published in shown],
        now + FIRST_LOOK,
        [each.since(now) for each, _ in shown],
    )


async def _end(
    raw: asyncpg.Connection, caller: Caller, arrived: Sequence[Arrived], now: datetime
) -> None:
    """What is not published itself, and what is undone."""
    workspace_id = caller.workspace_id
    rest = [each.task.id for each in arrived if each.published is None or not _is_own(each)]
    if rest:
        await raw.execute(statements.DONE, workspace_id, now, rest)
    undone = _undone(arrived)
    if undone:
        await raw.execute(statements.UNDONE, workspace_id, now, undone)


def _undone(arrived: Sequence[Arrived]) -> list[UUID]:
    """The copies that are taken back by it."""
    return [
        each.task.undoes_id
        for each in arrived
        if each.task.kind is DeliveryKind.WITHDRAW and each.task.undoes_id is not None
    ]


async def _call_off_edits(
    session: AsyncSession,
    raw: asyncpg.Connection,
    caller: Caller,
    arrived: Sequence[Arrived],
    rows: Mapping[UUID, asyncpg.Record],
    now: datetime,
) -> None:
    """Of copies that were taken back, also those in doubt: they would find nothing, and fail."""
    undone, ended = set(_undone(arrived)), {each.task.id for each in arrived}
    edits = [
        id_
        for id_, row in rows.items()
        if row["kind"] == DeliveryKind.EDIT and row["undoes_id"] in undone and id_ not in ended
        if may_move(DeliveryState(row["state"]), DeliveryState.CANCELLED)
    ]
    if edits:
        await raw.execute(statements.CALL_OFF, caller.workspace_id, now, edits)
    for id_ in edits:
        record(session, caller, "delivery.cancelled", ("delivery", id_), now=now)


def _is_own(arrived: Arrived) -> bool:
    """Whether what was published is the delivery's own: an edit's is another's copy."""
    return arrived.task.kind is not DeliveryKind.EDIT


async def _keep_edit(session: AsyncSession, caller: Caller, edited: Arrived, now: datetime) -> None:
    if edited.published is None or edited.task.post_id is None:
        return
    post = await find_post(session, caller, edited.task.post_id, None)
    edit = await lock_delivery(session, caller, edited.task.id)
    await keep_edit(session, caller, post, edit, edited.published, now=now)


def _refs(published: Published) -> str:
    return json.dumps([{"remote_id": ref.remote_id, "url": ref.url} for ref in published.refs])


async def settle_posts(
    session: AsyncSession,
    raw: asyncpg.Connection,
    caller: Caller,
    posts: Sequence[asyncpg.Record],
    now: datetime,
    traces: Mapping[UUID | None, str | None],
) -> None:
    """Derives the state of locked posts from their deliveries and records the changes."""
    if not posts:
        return
    ids = [post["id"] for post in posts]
    newest: dict[UUID, dict[UUID, tuple[DeliveryState, ...]]] = {id_: {} for id_ in ids}
    out: dict[UUID, datetime] = {}
    for row in await raw.fetch(statements.STATES, caller.workspace_id, ids):
        is_named = row["variant_id"] is not None
        counted = counts_as(DeliveryState(row["state"]), row["checkpoint"], is_named=is_named)
        newest[row["post_id"]][row["account_id"]] = counted
        if row["published_at"] is not None:
            out[row["post_id"]] = min(row["published_at"], out.get(row["post_id"], now))
    changed: list[tuple[UUID, str, datetime | None]] = []
    for post in posts:
        states = [state for each in newest[post["id"]].values() for state in each]
        previous = PostState(post["state"])
        state = post_state(states, unplanned=when_unplanned(previous))
        if state is not previous:
            since = published_since(
                state, states, post["published_at"], now=out.get(post["id"], now)
            )
            changed.append((post["id"], state.value, since))
            data = {"previous": {"state": previous}, "state": state}
            about, trace = ("post", post["id"]), traces.get(post["id"])
            record(session, caller, f"post.{state}", about, now=now, data=data, trace=trace)
    if changed:
        columns = [list(column) for column in zip(*changed, strict=True)]
        await raw.execute(statements.SETTLE, caller.workspace_id, now, *columns)
