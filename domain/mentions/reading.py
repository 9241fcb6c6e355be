"""Records one page of an account's inbox: what it holds and how far it was read, together."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.due import finish_reading
from domain.accounts.queries import find_account
from domain.connector.words import Inbox
from domain.kernel.caller import Caller
from domain.mentions.ingest import ingest
from domain.mentions.shapes import Ingested, Reading


@dataclass(frozen=True, slots=True)
class Pace:
    """The platform's bounds of the wait between two readings, in seconds."""

    shortest_s: int
    longest_s: int


async def record_page(
    session: AsyncSession, caller: Caller, reading: Reading, page: Inbox, *, now: datetime
) -> Ingested:
    """A page that others follow at once. Raises `NotFound` when the account is gone."""
    row = await find_account(session, caller, reading.account_id)
    row.inbox_cursor = page.cursor
    return await ingest(session, caller, reading, page.items, now=now)


async def record_last_page(
    session: AsyncSession,
    caller: Caller,
    reading: Reading,
    page: Inbox,
    *,
    had_items: bool,
    pace: Pace,
    now: datetime,
) -> Ingested:
    """The last page for now; plans the next reading. Raises `NotFound` as above."""
    row = await find_account(session, caller, reading.account_id)
    found = await ingest(session, caller, reading, page.items, now=now)
    await finish_reading(
        session,
        row,
        cursor=page.cursor,
        had_items=had_items,
        is_whole=not page.has_more,
        now=now,
        shortest_s=pace.shortest_s,
        longest_s=pace.longest_s,
    )
    return found
