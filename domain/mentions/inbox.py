"""The inbox's hot reads: one round trip, JSON ready to send, row-level security on.

They run on the asyncpg pool or on a session's own connection. PostgreSQL's functions (see the
migration) set the workspace for their own statement and read; nothing is built here but the frame
of the page. A mention looks as `MentionView` says; a test holds the two together.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

import asyncpg

from domain.kernel.caller import Caller, Scope
from domain.kernel.clock import as_kept
from domain.kernel.database import Reads, held
from domain.kernel.errors import NotFound
from domain.kernel.pages import PageRequest, make_cursor, read_cursor
from domain.kernel.searching import ensure_sensible
from domain.mentions.rules import SEARCH_WINDOW
from domain.mentions.shapes import (
    MOST_COUNTED,
    MentionCountView,
    MentionFilter,
    MentionNarrowing,
    MentionSort,
)

Narrowing = TypeVar("Narrowing", bound=MentionNarrowing)

# As bytes: a page that comes as text is decoded, and encoded again, for a tenth of what it costs.
PAGE = "SELECT version, convert_to(body, 'UTF8') AS body, has_more, last_at, last_id"
BY_STATUS = f"{PAGE} FROM parvis_inbox($1, $2, $3, $4, $5, $6)"
BY_ANYTHING = f"{PAGE} FROM parvis_inbox_any($1, $2, $3, $4, $5, $6, $7, $8, $9)"
BY_WORDS = f"{PAGE} FROM parvis_inbox_found($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
COUNTED = "SELECT parvis_inbox_count($1, $2, $3, $4, $5, $6) AS counted"
BY_ID = "SELECT version, convert_to(body, 'UTF8') AS body FROM parvis_mention($1, $2)"
VERSION = "SELECT parvis_workspace_version($1)"

# asyncpg sends these two as -infinity and infinity.
EARLIEST, LATEST = datetime.min, datetime.max  # noqa: DTZ901 - endless, in no zone
BEGINNING = as_kept(EARLIEST.replace(tzinfo=UTC))
SECOND = timedelta(seconds=1)
LOWEST, HIGHEST = UUID(int=0), UUID(int=2**128 - 1)
NOWHERE = LOWEST
"""The community of nobody: what someone sees who is held to none."""


@dataclass(frozen=True, slots=True)
class InboxPage:
    """`version` counts the workspace's events: while it stays, so does every page."""

    version: int
    items: bytes
    next_cursor: str | None

    @property
    def body(self) -> bytes:
        cursor = "null" if self.next_cursor is None else f'"{self.next_cursor}"'
        more = "false" if self.next_cursor is None else "true"
        mark = f'"next_cursor":{cursor},"has_more":{more}'.encode()
        return b'{"data":[%b],"page":{%b}}' % (self.items, mark)


@dataclass(frozen=True, slots=True)
class ShownMention:
    version: int
    body: bytes


async def read_inbox(
    reads: Reads, caller: Caller, where: MentionFilter, request: PageRequest, *, now: datetime
) -> InboxPage:
    """A page of the inbox. A search looks back 90 days from `until`, unless told `since`.

    Raises `Misfit`.
    """
    caller.need(Scope.MENTIONS_READ)
    ensure_sensible(where.words)
    edge_at, edge_id = _edge(where.sort, request)
    statement, arguments = _statement(_seen(caller, where), now)
    row = await _one(reads, caller, statement, *arguments, edge_at, edge_id, request.limit)
    return _page(row, where.sort)


async def count_inbox(reads: Reads, caller: Caller, where: MentionNarrowing) -> MentionCountView:
    """How many there are, counted as far as a badge shows."""
    caller.need(Scope.MENTIONS_READ)
    seen = _seen(caller, where)
    given = (_as_json(seen), _unread(seen), seen.since, seen.until, MOST_COUNTED + 1)
    found: int = (await _one(reads, caller, COUNTED, *given))["counted"]
    return MentionCountView(count=min(found, MOST_COUNTED), is_more=found > MOST_COUNTED)


async def read_mention(reads: Reads, caller: Caller, id_: UUID) -> ShownMention:
    """Raises `NotFound`."""
    caller.need(Scope.MENTIONS_READ)
    row = await _one(reads, caller, BY_ID, id_)
    if row["body"] is None:
        raise NotFound("mention", [id_])
    return ShownMention(row["version"], row["body"])


async def read_version(reads: Reads, workspace_id: UUID) -> int:
    """How many events the workspace has seen: what an inbox page's ETag is made of."""
    version: int | None = await reads.fetchval(VERSION, workspace_id)
    return version or 0


async def _one(reads: Reads, caller: Caller, statement: str, *given: object) -> asyncpg.Record:
    if caller.communities is None:
        row: asyncpg.Record | None = await reads.fetchrow(statement, caller.workspace_id, *given)
    else:
        async with held(reads, caller) as seen:
            row = await seen.fetchrow(statement, caller.workspace_id, *given)
    if row is None:
        raise LookupError("These functions always give one row.")
    return row


def _seen(caller: Caller, where: Narrowing) -> Narrowing:
    """Row-level security hides the other communities; a filter lets an index leave them out."""
    if caller.communities is None or where.community_ids:
        return where
    return replace(where, community_ids=tuple(sorted(caller.communities)) or (NOWHERE,))


def _statement(where: MentionFilter, now: datetime) -> tuple[str, tuple[object, ...]]:
    """The function that answers this view, and what it asks for between workspace and edge."""
    if _is_plain(where):
        network = where.networks[0] if where.networks else None
        return BY_STATUS, (where.statuses[0].value, network)
    unread, filters, sort = _unread(where), _as_json(where), where.sort.value
    if where.words is None:
        return BY_ANYTHING, (filters, unread, where.since, where.until, sort)
    # Nothing is said later than now; the search goes through the months in between.
    latest = now + SECOND
    until = latest if where.until is None else min(where.until, latest)
    since = where.since or until - min(SEARCH_WINDOW, until - BEGINNING)
    return BY_WORDS, (where.words, filters, unread, since, until, sort)


def _is_plain(where: MentionFilter) -> bool:
    """Whether it is the view most people look at, which has a function of its own."""
    return (
        len(where.statuses) == 1
        and len(where.networks) <= 1
        and where == MentionFilter(statuses=where.statuses, networks=where.networks)
    )


def _edge(sort: MentionSort, request: PageRequest) -> tuple[datetime, UUID]:
    """The keys behind which the page begins."""
    if request.cursor is not None:
        at, id_ = read_cursor(request.cursor, sort, datetime, UUID)
        return at, id_
    return (LATEST, HIGHEST) if sort.startswith("-") else (EARLIEST, LOWEST)


def _unread(where: MentionNarrowing) -> bool | None:
    return None if where.is_read is None else not where.is_read


def _as_json(where: MentionNarrowing) -> str:
    columns = {
        "status": where.statuses,
        "network": where.networks,
        "kind": where.kinds,
        "community_id": where.community_ids,
        "account_id": where.account_ids,
        "conversation_id": where.conversation_ids,
        "author_id": where.author_ids,
        "post_id": where.post_ids,
        "assigned_to": where.assigned_to,
        "is_assigned": () if where.is_assigned is None else (where.is_assigned,),
    }
    return json.dumps(
        {name: [str(each) for each in wanted] for name, wanted in columns.items() if wanted}
    )


def _page(row: asyncpg.Record, sort: MentionSort) -> InboxPage:
    cursor = None
    if row["has_more"]:
        cursor = make_cursor(sort, row["last_at"].astimezone(UTC), UUID(int=row["last_id"].int))
    return InboxPage(row["version"] or 0, row["body"] or b"", cursor)
