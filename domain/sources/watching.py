"""The workers' half: pages fall due, are read, and go on being read when something is wrong.

Each function is one transaction of plan or record; nothing is fetched in any of them. Posts are
told of changes one by one, see `telling`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from pydantic import JsonValue
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.errors import NetworkError, RateLimited
from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.ids import show
from domain.kernel.nudges import due_at
from domain.setbacks.rules import BROKEN
from domain.sources.queries import visible, visible_pages
from domain.sources.rules import MOST_TEXT, acting_party, difference, fingerprint, next_try
from domain.sources.shapes import Asked, Found, Reading
from domain.sources.tables import Source, WatchedPage


async def claim_pages(
    session: AsyncSession, caller: Caller, *, now: datetime, lease: timedelta, batch: int
) -> list[Asked]:
    """Pages to read now, this worker's until the lease ends."""
    statement = visible_pages(caller).where(col(WatchedPage.act_at) <= now)
    statement = statement.order_by(col(WatchedPage.act_at)).limit(batch)
    rows = (await session.exec(statement.with_for_update(skip_locked=True))).all()
    for row in rows:
        row.act_at = now + lease
    return [Asked(row.id, row.url, row.entry, row.etag, row.modified, now + lease) for row in rows]


async def record_page(
    session: AsyncSession, caller: Caller, asked: Asked, reading: Reading, *, now: datetime
) -> None:
    """Keeps what a page says now, and where it is. A first reading is no change.

    A page on which nothing rests any more is forgotten.
    """
    page = await _held(session, caller, asked)
    if page is None:
        return
    sources = await _sources_on(session, caller, page)
    if not sources:
        await session.delete(page)
        return
    if page.problem is not None:
        for source in sources:
            tell(session, caller, source, page, "source.recovered", {}, now)
    page.problem, page.failures, page.read_at, page.troubled_at = None, 0, now, None
    _note_move(session, caller, page, sources, reading.moved_to, now)
    _come_back(session, page, now + timedelta(hours=page.every_hours))
    if reading.found is not None and _says_anew(page, reading.found):
        for source in sources:
            source.changed_at = source.tell_at = now
            due_at(session, source.workspace_id, source.id, now)


def _says_anew(page: WatchedPage, found: Found) -> bool:
    """Keeps what was found; whether the page said something else before."""
    page.etag, page.modified = found.etag, found.modified
    mark = fingerprint(found.text)
    is_new = page.fingerprint is not None and page.fingerprint != mark
    if is_new:
        page.difference = difference(page.text, found.text[:MOST_TEXT])
    page.text, page.fingerprint = found.text[:MOST_TEXT], mark
    return is_new


async def record_trouble(
    session: AsyncSession, caller: Caller, asked: Asked, error: NetworkError, *, now: datetime
) -> None:
    """Says what is wrong, who must act and when it is tried again; what was read before stays."""
    page = await _held(session, caller, asked)
    if page is None:
        return
    party = acting_party(error, page.failures + 1)
    told = {"code": error.code, "message": error.message, "acting_party": party}
    await _keep_trouble(session, caller, page, told, error.said, now)
    if isinstance(error, RateLimited) and error.until is not None and page.act_at is not None:
        _come_back(session, page, max(page.act_at, error.until))


async def record_broken(
    session: AsyncSession, caller: Caller, asked: Asked, *, now: datetime
) -> None:
    """As `record_trouble`, where Parvis itself breaks at what it reads."""
    page = await _held(session, caller, asked)
    if page is not None:
        await _keep_trouble(session, caller, page, BROKEN, "", now)


async def _keep_trouble(
    session: AsyncSession,
    caller: Caller,
    page: WatchedPage,
    told: Mapping[str, str],
    said: str,
    now: datetime,
) -> None:
    page.failures += 1
    before = page.problem or {}
    names = ("code", "acting_party")
    if [before.get(name) for name in names] != [told[name] for name in names]:
        page.problem = {**told, "said": said, "since": before.get("since") or now.isoformat()}
        for source in await _sources_on(session, caller, page):
            tell(session, caller, source, page, "source.troubled", told, now)
    if told["acting_party"] == "network":
        page.troubled_at = None
    elif page.troubled_at is None:
        page.troubled_at = now
    _come_back(session, page, next_try(page.failures, now=now))


def _note_move(
    session: AsyncSession,
    caller: Caller,
    page: WatchedPage,
    sources: Sequence[Source],
    moved_to: str | None,
    now: datetime,
) -> None:
    """Told once; that a page is back where it was named, too. Temporary redirects are none."""
    if moved_to == page.url:
        moved_to = None
    if page.moved_to == moved_to:
        return
    page.moved_to, page.moved_at = moved_to, now if moved_to else None
    for source in sources:
        tell(session, caller, source, page, "source.moved", {"moved_to": moved_to}, now)


async def _held(session: AsyncSession, caller: Caller, asked: Asked) -> WatchedPage | None:
    """The row, locked, while it is still this worker's."""
    statement = visible_pages(caller).where(
        col(WatchedPage.id) == asked.id, col(WatchedPage.act_at) == asked.lease_end
    )
    return (await session.exec(statement.with_for_update())).one_or_none()


async def _sources_on(session: AsyncSession, caller: Caller, page: WatchedPage) -> Sequence[Source]:
    statement = visible(caller).where(col(Source.page_id) == page.id)
    return (await session.exec(statement.order_by(col(Source.post_id)))).all()


def tell(
    session: AsyncSession,
    caller: Caller,
    source: Source,
    page: WatchedPage,
    kind: str,
    data: Mapping[str, JsonValue],
    now: datetime,
) -> None:
    told: dict[str, JsonValue] = {"post": show("post", source.post_id), "url": page.url, **data}
    record(session, caller, kind, ("source", source.id), now=now, data=told)


def _come_back(session: AsyncSession, page: WatchedPage, at: datetime) -> None:
    page.act_at = at
    due_at(session, page.workspace_id, page.id, at)
