"""Reads inboxes: claim the accounts that are due, read their pages, take them in."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from arq import cron
from arq.cron import CronJob

from domain.accounts.due import DueKind, claim_due, put_off_reading
from domain.connector.errors import GrantExpired, NetworkError, RateLimited, VersionGone
from domain.connector.words import Inbox
from domain.ideas.curating import take_entries
from domain.kernel.caller import worker
from domain.kernel.errors import AccountDisconnected, NotFound
from domain.kernel.ids import show
from domain.kernel.traces import span
from domain.mentions.months import make_months
from domain.mentions.reading import Pace, record_last_page, record_page
from domain.mentions.shapes import Reading
from workers.context import Context
from workers.endings import version_gone
from workers.outward import Line, grant_expired, open_line
from workers.ways import Purpose

BATCH = 100
MOST_PAGES = 20
LEASE = timedelta(minutes=3)
SHARE_OF_LEASE = 0.8
"""How much of its lease a reading may take before its next page is left for the next one."""
AGAIN = timedelta(seconds=5)
log = structlog.get_logger()


async def read_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    """Claims the accounts whose inbox is due and reads them side by side."""
    most = context.slots.free_for_reading(BATCH)
    async with context.database.transaction(workspace_id) as session:
        rows = await claim_due(
            session, workspace_id, DueKind.READ, now=now, lease=LEASE, batch=most
        )
    for row in rows:
        context.slots.start(read_account(context, workspace_id, row.id, row.created_at))
    return len(rows)


async def read_account(
    context: Context, workspace_id: UUID, account_id: UUID, connected_at: datetime
) -> None:
    """Reads what is new, page by page; each is recorded with its cursor before the next."""
    started_at = context.clock()
    with span("read_inbox", account_id=show("acct", account_id)):
        try:
            line = await open_line(
                context, workspace_id, account_id, purpose=Purpose.READ, now=started_at
            )
            await _read_pages(
                context, line, connected_at, until=started_at + SHARE_OF_LEASE * LEASE
            )
        except (AccountDisconnected, NotFound):
            # Its owner must connect it again, and that sets the next reading.
            log.info("inbox.not_connected", account_id=show("acct", account_id))
        except NetworkError as error:
            await _wait(context, workspace_id, account_id, error, started_at)


async def keep_months(ctx: dict[str, Any]) -> int:
    """Makes room for the words of the months to come, and says how many were missing."""
    context: Context = ctx["context"]
    async with context.database.transaction(None) as session:
        return await make_months(session, now=context.clock())


CRON: tuple[CronJob, ...] = (cron(keep_months, minute={37}),)


async def _read_pages(
    context: Context, line: Line, connected_at: datetime, *, until: datetime
) -> None:
    inbox, account = line.connector.inbox, line.account
    if inbox is None:
        return
    reading = Reading(
        account_id=account.id,
        community_id=account.community_id,
        network=account.network,
        server=account.server,
        remote_id=account.remote_id,
        connected_at=connected_at,
        is_first=account.last_read_at is None,
    )
    cursor, had_items = account.inbox_cursor, False
    for number in range(1, MOST_PAGES + 1):
        page = await inbox.read(line.http, line.access, cursor)
        cursor, had_items = page.cursor, had_items or bool(page.items)
        if not page.has_more or number == MOST_PAGES or context.clock() >= until:
            await _record_last(context, account.workspace_id, reading, page, had_items=had_items)
            return
        await _record(context, account.workspace_id, reading, page)


async def _record(context: Context, workspace_id: UUID, reading: Reading, page: Inbox) -> None:
    async with context.database.transaction(workspace_id) as session:
        caller, now = worker(workspace_id), context.clock()
        taken = await record_page(session, caller, reading, page, now=now)
        await take_entries(session, caller, reading, page.items, taken, now=now)


async def _record_last(
    context: Context, workspace_id: UUID, reading: Reading, page: Inbox, *, had_items: bool
) -> None:
    pace = Pace(context.settings.poll_min_s, context.settings.poll_max_s)
    async with context.database.transaction(workspace_id) as session:
        caller, now = worker(workspace_id), context.clock()
        taken = await record_last_page(
            session, caller, reading, page, had_items=had_items, pace=pace, now=now
        )
        await take_entries(session, caller, reading, page.items, taken, now=now)


async def _wait(
    context: Context,
    workspace_id: UUID,
    account_id: UUID,
    error: NetworkError,
    started_at: datetime,
) -> None:
    """Locked out: the account is paused. Anything else: the inbox is read again later."""
    now = context.clock()
    until = error.until if isinstance(error, RateLimited) else None
    if isinstance(error, GrantExpired):
        if await grant_expired(context, workspace_id, account_id, error, now=started_at):
            return
        until = now + AGAIN
    if isinstance(error, VersionGone):
        await version_gone(context, workspace_id, account_id, error)
    log.info("inbox.not_read", account_id=show("acct", account_id), code=error.code)
    async with context.database.transaction(workspace_id) as session:
        await put_off_reading(
            session,
            worker(workspace_id),
            account_id,
            until=until,
            now=now,
            shortest_s=context.settings.poll_min_s,
        )
