"""Reads the agenda of a house, one page of all kinds at a time."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.agenda.kinds import (
    FOR_A_BUDGET,
    GO_ON,
    IDS,
    NOTHING_TO_DO,
    OF_CODES,
    READ,
    REMEDIES,
    STOPPED,
    TRIED_AGAIN,
)
from domain.agenda.shapes import AgendaItemView, AgendaKind
from domain.connector.errors import VersionGone
from domain.kernel.caller import Caller, Scope
from domain.kernel.database import driver_of
from domain.kernel.narrowing import ensure_window
from domain.kernel.pages import PageRequest, make_cursor, page_of, read_cursor
from domain.kernel.shapes import Page
from domain.posts.drift import told_of
from domain.setbacks.rules import BROKEN
from domain.sources.rules import remedy_of

SORT = "agenda"
BACK, AHEAD = timedelta(days=30), timedelta(days=7)
FIRST = UUID(int=0)


async def list_agenda(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    kinds: Sequence[AgendaKind] = (),
    community_ids: Sequence[UUID] = (),
    now: datetime,
) -> Page[AgendaItemView]:
    """By moment, from 30 days ago to a week ahead unless another window is asked for.

    Raises `Misfit` for a window that is none.
    """
    for scope in (Scope.POSTS_READ, Scope.ACCOUNTS_READ):
        caller.need(scope)
    start, end = _window(since, until, now=now)
    at, subject, kind = _edge(request, start)
    raw = await driver_of(session)
    rows = await raw.fetch(
        READ,
        caller.workspace_id,
        start,
        end,
        at,
        subject,
        list(community_ids) or None,
        [each.value for each in kinds or AgendaKind],
        request.limit + 1,
        now,
        kind,
    )
    return page_of(
        rows,
        request,
        view=_view,
        cursor=lambda row: make_cursor(SORT, row["at"], row["subject"], row["kind"]),
    )


def _edge(request: PageRequest, start: datetime) -> Sequence[object]:
    """Behind which item the page begins: its moment, its row and its kind."""
    if request.cursor is None:
        return start - timedelta(microseconds=1), FIRST, ""
    return read_cursor(request.cursor, SORT, datetime, UUID, str)


def _window(
    since: datetime | None, until: datetime | None, *, now: datetime
) -> tuple[datetime, datetime]:
    start, end = since or now - BACK, until or now + AHEAD
    ensure_window(start, end)
    return start, end


def _view(row: asyncpg.Record) -> AgendaItemView:
    problem, kind = row["problem"] or {}, AgendaKind(row["kind"])
    if kind is AgendaKind.CONTENT_DRIFT:
        problem = told_of(problem)
    if kind is AgendaKind.WORK_STUCK:
        problem = BROKEN
    return AgendaItemView(
        kind=kind,
        at=row["at"],
        community_id=row["community_id"],
        title=row["title"],
        **{name: row[name] for name in IDS},
        code=problem.get("code"),
        message=problem.get("message"),
        acting_party=problem.get("acting_party"),
        remedy=_remedy(kind, problem),
        is_retryable=problem.get("is_retryable", False),
        next_at=row["next_at"],
    )


def _remedy(kind: AgendaKind, problem: Mapping[str, Any]) -> str | None:
    if problem.get("code") == VersionGone.code:
        return REMEDIES[AgendaKind.VERSION_ENDS]
    if kind is AgendaKind.DELIVERY_HELD and problem["code"] in FOR_A_BUDGET:
        return NOTHING_TO_DO
    if kind in GO_ON and problem["acting_party"] == "network":
        return TRIED_AGAIN
    if kind in STOPPED and problem.get("code") in OF_CODES:
        return OF_CODES[problem["code"]]
    return remedy_of(problem["code"]) if kind is AgendaKind.SOURCE_TROUBLED else REMEDIES.get(kind)
