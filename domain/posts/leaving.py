"""What a worker claimed and leaves to whoever comes next: at once, or when its account may speak.

Each function is one transaction, or a part of one.
"""

import json
from collections.abc import Sequence
from datetime import datetime

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.database import driver_of
from domain.kernel.nudges import due_at
from domain.posts import statements
from domain.posts.arriving import lock_posts, settle_posts, traces_of
from domain.posts.delivering import Held, Task, Wait


async def give_back(
    session: AsyncSession, caller: Caller, held: Sequence[Held], *, now: datetime
) -> int:
    """Leaves what a worker claimed and never began to whoever comes next; gives how many."""
    return await _leave(session, caller, [(each, None) for each in held], now)


async def put_off(
    session: AsyncSession, caller: Caller, left: Sequence[tuple[Held, Wait]], *, now: datetime
) -> int:
    """Leaves what a worker claimed until its account may bring it out; gives how many."""
    return await _leave(session, caller, left, now)


async def put_off_behind(
    session: AsyncSession,
    caller: Caller,
    task: Task,
    left: Sequence[tuple[Held, Wait]],
    wait: Wait,
    *,
    now: datetime,
) -> None:
    """Has all that falls due behind a task wait with it: claimed by this worker, or by nobody yet.

    For the transaction that records why the task waits: put off later, some would be overtaken as
    the budget gets whole. The posts of `left` are for `settle` to look at afterwards.
    """
    raw = await driver_of(session)
    await lock_posts(raw, caller, [task.post_id])
    ids = [task.id, *(held.task.id for held, _ in left)]
    await raw.fetch(statements.LOCK_DELIVERIES, caller.workspace_id, ids)
    await _give_back(session, raw, caller, left, now)
    about = caller.workspace_id, task.account_id, now, wait.until, json.dumps(wait.problem)
    for row in await raw.fetch(statements.PUT_OFF_DUE, *about):
        due_at(session, caller.workspace_id, row["id"], wait.until)


async def settle(
    session: AsyncSession, caller: Caller, tasks: Sequence[Task], *, now: datetime
) -> None:
    """Derives the state of the tasks' posts once more."""
    raw = await driver_of(session)
    posts = await lock_posts(raw, caller, (task.post_id for task in tasks))
    await settle_posts(session, raw, caller, posts, now, traces_of(tasks))


async def _leave(
    session: AsyncSession,
    caller: Caller,
    left: Sequence[tuple[Held, Wait | None]],
    now: datetime,
) -> int:
    raw = await driver_of(session)
    posts = await lock_posts(raw, caller, (held.task.post_id for held, _ in left))
    given = await _give_back(session, raw, caller, left, now)
    await settle_posts(session, raw, caller, posts, now, traces_of(held.task for held, _ in left))
    return given


async def _give_back(
    session: AsyncSession,
    raw: asyncpg.Connection,
    caller: Caller,
    left: Sequence[tuple[Held, Wait | None]],
    now: datetime,
) -> int:
    if not left:
        return 0
    ids, ends = zip(*((held.task.id, held.lease_end) for held, _ in left), strict=True)
    untils = [wait.until if wait else now for _, wait in left]
    problems = [json.dumps(wait.problem) if wait and wait.problem else None for _, wait in left]
    given = caller.workspace_id, ids, ends, now, untils, problems
    rows = await raw.fetch(statements.GIVE_BACK, *given)
    for row in rows:
        due_at(session, caller.workspace_id, row["id"], row["act_at"])
    return len(rows)
