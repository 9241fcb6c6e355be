"""The agenda of a house in one statement: each kind by an index of its own, one page of each."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.agenda.shapes import AgendaItemView, AgendaKind
from domain.kernel.caller import Caller, Scope
from domain.kernel.database import driver_of
from domain.kernel.errors import Fault, Misfit
from domain.kernel.pages import PageRequest, make_cursor, page_of, read_cursor
from domain.kernel.shapes import Page
from domain.posts.drift import told_of

SORT = "agenda"
BACK, AHEAD, LONGEST = timedelta(days=30), timedelta(days=7), timedelta(days=400)
FIRST = UUID(int=0)
_DELIVERY = """
SELECT '{kind}' AS kind, d.due_at AS at, a.community_id, coalesce(p.title, a.handle, '') AS title,
       d.post_id, d.id AS delivery_id, NULL::uuid AS review_id, NULL::uuid AS update_id,
       d.account_id, d.problem, d.act_at AS next_at, d.id AS subject
  FROM deliveries d
  JOIN accounts a ON a.workspace_id = d.workspace_id AND a.id = d.account_id
  LEFT JOIN posts p ON p.workspace_id = d.workspace_id AND p.id = d.post_id
 WHERE d.workspace_id = $1 AND {state} AND d.due_at >= $2 AND d.due_at < $3
   AND (d.due_at, d.id) > ($4, $5) AND ($6::uuid[] IS NULL OR a.community_id = ANY ($6))
   AND '{kind}' = ANY ($7) ORDER BY d.due_at, d.id LIMIT $8"""
# What is overdue stands there as its deliveries, with what is wrong.
_POST = """
SELECT 'post_due', p.publish_at, p.community_id, p.title, p.id, NULL::uuid, NULL::uuid,
       NULL::uuid, NULL::uuid, NULL::jsonb, p.publish_at, p.id
  FROM posts p
 WHERE p.workspace_id = $1 AND p.state = 'scheduled' AND p.publish_at >= greatest($2, $9)
   AND p.publish_at < $3 AND (p.publish_at, p.id) > ($4, $5)
   AND ($6::uuid[] IS NULL OR p.community_id = ANY ($6))
   AND 'post_due' = ANY ($7) ORDER BY p.publish_at, p.id LIMIT $8"""
_REVIEW = """
SELECT 'review_open', r.due_at, r.community_id, p.title, r.post_id, NULL::uuid, r.id, NULL::uuid,
       NULL::uuid, NULL::jsonb, NULL::timestamptz, r.id
  FROM reviews r JOIN posts p ON p.workspace_id = r.workspace_id AND p.id = r.post_id
 WHERE r.workspace_id = $1 AND r.state = 'open' AND r.due_at >= $2 AND r.due_at < $3
   AND (r.due_at, r.id) > ($4, $5) AND ($6::uuid[] IS NULL OR r.community_id = ANY ($6))
   AND 'review_open' = ANY ($7) ORDER BY r.due_at, r.id LIMIT $8"""
_ACCOUNT = """
SELECT 'account_troubled', a.updated_at, a.community_id, coalesce(a.handle, a.network), NULL::uuid,
       NULL::uuid, NULL::uuid, NULL::uuid, a.id, a.problem, NULL::timestamptz, a.id
  FROM accounts a
 WHERE a.workspace_id = $1 AND a.state IN ('action_required', 'failed') AND a.removed_at IS NULL
   AND a.updated_at >= $2 AND a.updated_at < $3 AND (a.updated_at, a.id) > ($4, $5)
   AND ($6::uuid[] IS NULL OR a.community_id = ANY ($6))
   AND 'account_troubled' = ANY ($7) ORDER BY a.updated_at, a.id LIMIT $8"""
_UPKEEP = """
SELECT '{kind}', u.{moment}, u.community_id, p.title, u.id, NULL::uuid, NULL::uuid, NULL::uuid,
       NULL::uuid, NULL::jsonb, NULL::timestamptz, u.id
  FROM upkeeps u JOIN posts p ON p.workspace_id = u.workspace_id AND p.id = u.id
 WHERE u.workspace_id = $1 AND u.{moment} >= $2 AND u.{moment} < $3
   AND (u.{moment}, u.id) > ($4, $5) AND ($6::uuid[] IS NULL OR u.community_id = ANY ($6))
   AND '{kind}' = ANY ($7) ORDER BY u.{moment}, u.id LIMIT $8"""
_UPDATE = """
SELECT 'update_proposed', u.created_at, u.community_id, p.title, u.post_id, NULL::uuid, NULL::uuid,
       u.id, NULL::uuid, NULL::jsonb, NULL::timestamptz, u.id
  FROM updates u JOIN posts p ON p.workspace_id = u.workspace_id AND p.id = u.post_id
 WHERE u.workspace_id = $1 AND u.state = 'proposed' AND u.created_at >= $2 AND u.created_at < $3
   AND (u.created_at, u.id) > ($4, $5) AND ($6::uuid[] IS NULL OR u.community_id = ANY ($6))
   AND 'update_proposed' = ANY ($7) ORDER BY u.created_at, u.id LIMIT $8"""
# Each drift is told by its first difference.
_DRIFT = """
SELECT 'content_drift', d.drifted_at, a.community_id, coalesce(p.title, a.handle, ''), d.post_id,
       d.id, NULL::uuid, NULL::uuid, d.account_id, d.drift -> 0, NULL::timestamptz, d.id
  FROM deliveries d
  JOIN accounts a ON a.workspace_id = d.workspace_id AND a.id = d.account_id
  LEFT JOIN posts p ON p.workspace_id = d.workspace_id AND p.id = d.post_id
 WHERE d.workspace_id = $1 AND d.drifted_at IS NOT NULL AND d.drift_accepted_at IS NULL
   AND d.drifted_at >= $2 AND d.drifted_at < $3
   AND (d.drifted_at, d.id) > ($4, $5) AND ($6::uuid[] IS NULL OR a.community_id = ANY ($6))
   AND 'content_drift' = ANY ($7) ORDER BY d.drifted_at, d.id LIMIT $8"""
_KINDS = (
    _DELIVERY.format(kind="delivery_held", state="d.state = 'waiting' AND d.problem IS NOT NULL"),
    _DELIVERY.format(kind="delivery_failed", state="d.state = 'failed'"),
    _DELIVERY.format(kind="outcome_unknown", state="d.state = 'unknown'"),
    _DRIFT,
    _POST,
    _REVIEW,
    _ACCOUNT,
    _UPKEEP.format(kind="validity_ends", moment="valid_until_at"),
    _UPKEEP.format(kind="check_due", moment="next_check_at"),
    _UPDATE,
)
READ = f"""
SELECT * FROM ({" UNION ALL ".join(f"({kind})" for kind in _KINDS)}) items
 ORDER BY at, subject LIMIT $8
"""


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
    after: Sequence[object] = (start - timedelta(microseconds=1), FIRST)
    if request.cursor is not None:
        after = read_cursor(request.cursor, SORT, datetime, UUID)
    raw = await driver_of(session)
    rows = await raw.fetch(
        READ,
        caller.workspace_id,
        start,
        end,
        *after,
        list(community_ids) or None,
        [kind.value for kind in kinds or AgendaKind],
        request.limit + 1,
        now,
    )
    return page_of(
        rows,
        request,
        view=_view,
        cursor=lambda row: make_cursor(SORT, row["at"], row["subject"]),
    )


def _window(
    since: datetime | None, until: datetime | None, *, now: datetime
) -> tuple[datetime, datetime]:
    start, end = since or now - BACK, until or now + AHEAD
    if not timedelta(0) < end - start <= LONGEST:
        fault = Fault("/query/until", "window.invalid", f"After since, by {LONGEST.days} days.")
        raise Misfit(faults=(fault,))
    return start, end


def _view(row: asyncpg.Record) -> AgendaItemView:
    problem, kind = row["problem"] or {}, AgendaKind(row["kind"])
    if kind is AgendaKind.CONTENT_DRIFT:
        problem = told_of(problem)
    return AgendaItemView(
        kind=kind,
        at=row["at"],
        community_id=row["community_id"],
        title=row["title"],
        post_id=row["post_id"],
        delivery_id=row["delivery_id"],
        review_id=row["review_id"],
        update_id=row["update_id"],
        account_id=row["account_id"],
        code=problem.get("code"),
        message=problem.get("message"),
        acting_party=problem.get("acting_party"),
        is_retryable=problem.get("is_retryable", False),
        next_at=row["next_at"],
    )
