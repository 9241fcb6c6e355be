"""Reads of samples and of the newest totals."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.accounts.queries import find_account
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.narrowing import among, within
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.prepared import ANY_OF_IDS, WORKSPACE, Prepared, of
from domain.kernel.shapes import Page
from domain.metrics.shapes import (
    AccountMetrics,
    CopyMetrics,
    PostMetrics,
    SampleView,
    TotalView,
)
from domain.metrics.tables import Measuring, SampleRow, Standing
from domain.metrics.words import ENGAGEMENT_PARTS, MetricKey
from domain.posts.queries import visible as visible_posts
from domain.posts.tables import Delivery, Post

NEWEST_FIRST = Sort(
    "-samples.sampled_at",
    (col(SampleRow.sampled_at), col(SampleRow.subject_id), col(SampleRow.metric)),
    (datetime, UUID, str),
)

_TOTALS = (
    col(Standing.subject_id),
    col(Standing.network),
    col(Standing.metric),
    col(Standing.total),
    col(Standing.sampled_at),
    col(Standing.source_metric),
)
OF_POSTS = Prepared(
    select_columns(
        *_TOTALS, col(Standing.post_id), col(Standing.account_id), col(Measuring.followers)
    )
    .join(
        Measuring,
        (col(Measuring.workspace_id) == col(Standing.workspace_id))
        & (col(Measuring.subject_id) == col(Standing.subject_id)),
        isouter=True,
    )
    .where(col(Standing.workspace_id) == WORKSPACE, col(Standing.post_id) == ANY_OF_IDS)
    .order_by(col(Standing.network), col(Standing.subject_id), col(Standing.metric))
)
OF_ACCOUNTS = Prepared(
    select_columns(*_TOTALS)
    .where(col(Standing.workspace_id) == WORKSPACE, col(Standing.subject_id) == ANY_OF_IDS)
    .order_by(col(Standing.metric))
)


def visible(caller: Caller) -> SelectOfScalar[SampleRow]:
    return select(SampleRow).where(col(SampleRow.workspace_id) == caller.workspace_id)


async def list_samples(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    post_id: UUID | None,
    account_id: UUID | None,
    metrics: Sequence[MetricKey] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page[SampleView]:
    """Raw samples, newest first: of a post's copies, of an account itself, or of both's copy."""
    caller.need(Scope.METRICS_READ)
    statement = visible(caller).where(
        among(SampleRow.metric, metrics), *within(SampleRow.sampled_at, since, until)
    )
    if post_id is not None:
        statement = statement.where(
            col(SampleRow.subject_id).in_(
                select(col(Delivery.id)).where(
                    col(Delivery.workspace_id) == caller.workspace_id,
                    col(Delivery.post_id) == post_id,
                )
            )
        )
        if account_id is not None:
            statement = statement.where(col(SampleRow.account_id) == account_id)
    elif account_id is not None:
        statement = statement.where(col(SampleRow.subject_id) == account_id)
    return await NEWEST_FIRST.page(session, statement, request, view=_sample_view)


async def get_post_metrics(session: AsyncSession, caller: Caller, post_id: UUID) -> PostMetrics:
    """The newest totals of each copy of a post. Raises `NotFound`."""
    caller.need(Scope.METRICS_READ)
    await find(session, visible_posts(caller).where(col(Post.id) == post_id), what="post")
    return (await latest_metrics_by_post(session, caller, [post_id]))[post_id]


async def get_account_metrics(
    session: AsyncSession, caller: Caller, account_id: UUID
) -> AccountMetrics:
    """The newest totals of an account itself. Raises `NotFound`."""
    caller.need(Scope.METRICS_READ)
    account = await find_account(session, caller, account_id)
    found = (await latest_by_account(session, caller, [account_id]))[account_id]
    return found or AccountMetrics(account_id=account_id, network=account.network, totals=[])


async def latest_metrics_by_post(
    session: AsyncSession, caller: Caller, post_ids: Sequence[UUID]
) -> dict[UUID, PostMetrics]:
    """The newest totals of each copy of each post, in one statement."""
    caller.need(Scope.METRICS_READ)
    found: dict[UUID, dict[UUID, list[asyncpg.Record]]] = {id_: {} for id_ in post_ids}
    for row in await OF_POSTS.rows(session, of(caller, post_ids)):
        found[row["post_id"]].setdefault(row["subject_id"], []).append(row)
    return {
        post_id: _post_metrics(post_id, [_copy_metrics(rows) for rows in copies.values()])
        for post_id, copies in found.items()
    }


async def latest_by_account(
    session: AsyncSession, caller: Caller, account_ids: Sequence[UUID]
) -> dict[UUID, AccountMetrics | None]:
    """The newest totals of accounts themselves; None for one that was never measured."""
    caller.need(Scope.METRICS_READ)
    rows: defaultdict[UUID, list[asyncpg.Record]] = defaultdict(list)
    for row in await OF_ACCOUNTS.rows(session, of(caller, account_ids)):
        rows[row["subject_id"]].append(row)
    return {id_: _account_metrics(rows[id_]) if id_ in rows else None for id_ in account_ids}


def _sample_view(row: SampleRow) -> SampleView:
    return SampleView(
        account_id=row.account_id,
        post_id=row.post_id,
        delivery_id=None if row.post_id is None else row.subject_id,
        network=row.network,
        metric=MetricKey(row.metric),
        total=row.total,
        sampled_at=row.sampled_at,
        source_metric=row.source_metric,
    )


def _totals(rows: Iterable[asyncpg.Record]) -> list[TotalView]:
    return [
        TotalView(
            metric=MetricKey(row["metric"]),
            total=row["total"],
            sampled_at=row["sampled_at"],
            source_metric=row["source_metric"],
        )
        for row in rows
    ]


def _account_metrics(rows: Sequence[asyncpg.Record]) -> AccountMetrics:
    return AccountMetrics(
        account_id=rows[0]["subject_id"], network=rows[0]["network"], totals=_totals(rows)
    )


def _copy_metrics(rows: Sequence[asyncpg.Record]) -> CopyMetrics:
    totals = {row["metric"]: row["total"] for row in rows}
    parts = [part for part in ENGAGEMENT_PARTS if part in totals]
    followers = rows[0]["followers"]
    engagements = sum(totals[part] for part in parts) if parts else None
    return CopyMetrics(
        delivery_id=rows[0]["subject_id"],
        account_id=rows[0]["account_id"],
        network=rows[0]["network"],
        totals=_totals(rows),
        engagements=engagements,
        engagement_parts=[MetricKey(part) for part in parts],
        followers=followers,
        er_followers=rate(engagements, followers),
        er_views=rate(engagements, totals.get(MetricKey.VIEWS)),
    )


def rate(engagements: int | None, denominator: int | None) -> float | None:
    """Engagements in hundredths of something; None where either is missing or there is none."""
    if engagements is None or not denominator:
        return None
    return round(100 * engagements / denominator, 4)


def _post_metrics(post_id: UUID, copies: list[CopyMetrics]) -> PostMetrics:
    known = [copy.engagements for copy in copies if copy.engagements is not None]
    return PostMetrics(post_id=post_id, engagements=sum(known) if known else None, copies=copies)
