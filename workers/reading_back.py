"""Reads back what went out: claim, ask the network what it shows, compare, record."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.errors import GrantExpired, NetworkError, RateLimited, Refused, Unavailable
from domain.connector.manifest import Manifest
from domain.connector.port import Shows
from domain.connector.words import Ref, Shown
from domain.kernel.caller import Caller, worker
from domain.kernel.errors import AccountDisconnected, AccountRemoved, ParvisError
from domain.kernel.traces import span
from domain.media.queries import media_by_id
from domain.posts import reading_back
from domain.posts.drift import compare
from domain.posts.reading_back import Copy, Looked
from domain.setbacks import service as setbacks
from domain.setbacks.rules import Work
from domain.upkeep.drifting import follow_drift
from workers.apart import put_off_apart
from workers.context import Context
from workers.drafts import outline, with_quotes_written
from workers.leases import SHARE_OF_LEASE
from workers.outward import Line, grant_expired, open_line
from workers.ways import Purpose

ACCOUNTS = 20
MOST = 200
"""Copies that are claimed at once; what is left is still due."""
TRY_AGAIN = timedelta(minutes=10)
LOCKED_OUT_WAIT = timedelta(hours=6)

Troubled = frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Seen:
    """Copies that were asked for in one call, and what is shown of their messages, by id."""

    manifest: Manifest
    shows: Shows
    copies: Sequence[Copy]
    shown: Mapping[str, Shown]


async def read_back_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    caller = worker(workspace_id)
    async with context.database.transaction(workspace_id) as session:
        due = await reading_back.claim_due(
            session,
            caller,
            now=now,
            lease=context.settings.lease,
            accounts=context.slots.free_for_reading(ACCOUNTS),
            most=MOST,
        )
        ids = [copy.id for copies in due.values() for copy in copies]
        troubled = await setbacks.troubled_of(session, caller, Work.READ_BACK, ids)
    for account_id, copies in due.items():
        context.slots.start(read_back(context, workspace_id, account_id, copies, troubled))
    return len(ids)


async def read_back(
    context: Context,
    workspace_id: UUID,
    account_id: UUID,
    copies: Sequence[Copy],
    troubled: Troubled,
) -> None:
    """One visit to an account: what was recorded before an error stays, the rest is put off.

    `troubled` are those at which it broke before: each is asked for alone.
    """
    began_at, left = context.clock(), list(copies)
    with span("read_back"):
        try:
            async with _apart(context, workspace_id, copies):
                await _visit(context, workspace_id, account_id, left, began_at, troubled)
        except AccountRemoved:
            await _put_off(context, workspace_id, left, None)
        except AccountDisconnected:
            await _put_off(context, workspace_id, left, context.clock() + LOCKED_OUT_WAIT)
        except GrantExpired as error:
            is_out = await grant_expired(context, workspace_id, account_id, error, now=began_at)
            wait = LOCKED_OUT_WAIT if is_out else TRY_AGAIN
            await _put_off(context, workspace_id, left, context.clock() + wait)
        except NetworkError as error:
            await _put_off(context, workspace_id, left, _again_at(error, context.clock()))


async def _visit(
    context: Context,
    workspace_id: UUID,
    account_id: UUID,
    left: list[Copy],
    began_at: datetime,
    troubled: Troubled,
) -> None:
    """Takes from `left` what is recorded."""
    line = await open_line(context, workspace_id, account_id, purpose=Purpose.READ, now=began_at)
    shows = line.connector.shows
    if shows is None:
        await _put_off(context, workspace_id, left, None)
        return
    size = line.connector.manifest.metrics_batch
    ends_at = began_at + context.settings.lease * SHARE_OF_LEASE
    while left:
        batch = _batch(left, size, troubled)
        patience_s = (ends_at - context.clock()).total_seconds()
        async with _apart(context, workspace_id, batch):
            refs = [ref for copy in batch for ref in copy.refs]
            shown = await _ask(line, shows, refs, patience_s)
            seen = Seen(line.connector.manifest, shows, batch, shown)
            await _record(context, workspace_id, seen, troubled)
        del left[: len(batch)]


def _apart(
    context: Context, workspace_id: UUID, copies: Sequence[Copy]
) -> AbstractAsyncContextManager[None]:
    """What breaks is put off; what accounts and networks answer is not breaking."""
    return put_off_apart(
        context,
        workspace_id,
        Work.READ_BACK,
        [copy.id for copy in copies],
        until=copies[0].lease_end,
        passes=(ParvisError, NetworkError),
    )


def _batch(copies: Sequence[Copy], size: int, troubled: Troubled) -> list[Copy]:
    """As many as one call tells of, and one at least: a long thread is asked for whole."""
    batch, messages = [copies[0]], len(copies[0].refs)
    for copy in copies[1:]:
        messages += len(copy.refs)
        if messages > size or not troubled.isdisjoint({batch[0].id, copy.id}):
            break
        batch.append(copy)
    return batch


async def _ask(
    line: Line, shows: Shows, refs: Sequence[Ref], patience_s: float
) -> dict[str, Shown]:
    """What is shown, by id; nothing is known of what the network refuses to tell."""
    try:
        async with asyncio.timeout(patience_s):
            found = await shows.show(line.http, line.access, refs)
    except Refused:
        return {}
    except TimeoutError as error:
        raise Unavailable("The network took too long.", code="outbound.timed_out") from error
    return {each.remote_id: each for each in found}


async def _record(context: Context, workspace_id: UUID, seen: Seen, troubled: Troubled) -> None:
    caller, now = worker(workspace_id), context.clock()
    async with context.database.transaction(workspace_id) as session:
        ids = {id_ for copy in seen.copies for id_ in copy.content.media_ids}
        media = await media_by_id(session, caller, list(ids)) if ids else {}
        sent = [with_quotes_written(outline(each, media), seen.manifest) for each in seen.copies]
        looked = [
            Looked(each, compare(seen.shows, draft, each.refs, seen.shown))
            for each, draft in zip(seen.copies, sent, strict=True)
        ]
        await _keep(session, caller, looked, now=now)
        well = [copy.id for copy in seen.copies if copy.id in troubled]
        await setbacks.recovered(session, caller, Work.READ_BACK, well, now=now)


async def _keep(
    session: AsyncSession, caller: Caller, looked: Sequence[Looked], *, now: datetime
) -> None:
    """What differs is proposed to be put right, as long as it does."""
    posts = await reading_back.lock_drifted(session, caller, looked)
    changed = await reading_back.record_looked(session, caller, looked, now=now)
    for post in posts:
        if post.id in changed:
            await follow_drift(session, caller, post, now=now)


async def _put_off(
    context: Context, workspace_id: UUID, copies: Sequence[Copy], until: datetime | None
) -> None:
    async with context.database.transaction(workspace_id) as session:
        await reading_back.put_off(session, worker(workspace_id), copies, until=until)


def _again_at(error: NetworkError, now: datetime) -> datetime:
    if isinstance(error, RateLimited) and error.until is not None:
        return error.until
    return now + TRY_AGAIN
