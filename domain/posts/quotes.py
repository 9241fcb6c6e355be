"""Quotes of the house's own: a post or delivery named by its id, found where it is public.

post_…   what each network shows of it; of several copies there, the first that came out
dlv_…    what that delivery brought out, on its network
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.changes import find
from domain.kernel.errors import QuoteUnpublished
from domain.kernel.ids import read_any, show
from domain.posts.delivery_queries import visible_deliveries
from domain.posts.fields import OWN
from domain.posts.holding import Reason, hold
from domain.posts.queries import visible
from domain.posts.tables import Delivery, Post

Addresses = Mapping[tuple[str, str], str]
"""By what is quoted and where."""
# The last to be read stands: the first that came out.
COPIES = """
SELECT d.id, d.post_id, a.network, d.url
  FROM deliveries d JOIN accounts a ON a.workspace_id = d.workspace_id AND a.id = d.account_id
 WHERE d.workspace_id = $1 AND d.kind IN ('publish', 'answer') AND d.state = 'done'
   AND d.url IS NOT NULL AND (d.id = ANY ($2) OR d.post_id = ANY ($2))
 ORDER BY d.published_at DESC, d.id DESC
"""


def is_own(quote: str | None) -> bool:
    return quote is not None and re.fullmatch(OWN, quote) is not None


async def ensure_quoted(
    session: AsyncSession, caller: Caller, quotes: Iterable[str | None]
) -> None:
    """Raises `NotFound` for an own post or delivery that is not there."""
    for kind, id_ in named(quotes):
        await find_quoted(session, caller, kind, id_)


def named(quotes: Iterable[str | None]) -> Iterator[tuple[str, UUID]]:
    """Each own post or delivery that is quoted, once: its kind and id."""
    for quote in sorted({each for each in quotes if each is not None and is_own(each)}):
        yield read_any(quote)


async def find_quoted(
    session: AsyncSession, caller: Caller, kind: str, id_: UUID
) -> Post | Delivery:
    """Raises `NotFound`."""
    if kind == "post":
        return await find(session, visible(caller).where(col(Post.id) == id_), what=kind)
    statement = visible_deliveries(caller).where(col(Delivery.id) == id_)
    return await find(session, statement, what=kind)


async def addresses_of(
    raw: asyncpg.Connection, caller: Caller, quotes: Iterable[str | None]
) -> Addresses:
    """Where people see what is quoted; nothing is asked where nothing of ours is."""
    ids = [id_ for _, id_ in named(quotes)]
    found: dict[tuple[str, str], str] = {}
    for row in await raw.fetch(COPIES, caller.workspace_id, ids) if ids else ():
        found[show("dlv", row["id"]), row["network"]] = row["url"]
        if row["post_id"] is not None:
            found[show("post", row["post_id"]), row["network"]] = row["url"]
    return found


async def hold_unquotable(
    session: AsyncSession,
    caller: Caller,
    rows: Sequence[asyncpg.Record],
    quotes: Mapping[UUID, str | None],
    *,
    now: datetime,
) -> Sequence[asyncpg.Record]:
    """Holds of claimed deliveries those that quote what is not public there any more.

    `quotes` are what each will quote, by delivery; gives the others.
    """
    held = {
        row["id"]: Reason(QuoteUnpublished(f"Not public there: {quotes[row['id']]}."))
        for row in rows
        if is_own(quotes.get(row["id"]))
    }
    if not held:
        return rows
    await hold(session, caller, held, now=now)
    return [row for row in rows if row["id"] not in held]
