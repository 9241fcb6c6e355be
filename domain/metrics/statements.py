"""The statements that write what is counted: whole batches by `unnest`, one round trip each."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

LOCK_ACCOUNT = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('metrics:' || CAST(:account AS text), 0))"
)
APPEND_SAMPLES = text("""
INSERT INTO samples (workspace_id, subject_id, sampled_at, metric, total, source_metric, post_id,
                     account_id, community_id, network)
SELECT CAST(:workspace AS uuid), s.subject_id, CAST(:sampled_at AS timestamptz), s.metric, s.total,
       s.source_metric, s.post_id, CAST(:account AS uuid), s.community_id, CAST(:network AS text)
  FROM unnest(CAST(:subjects AS uuid[]), CAST(:metrics AS text[]), CAST(:totals AS bigint[]),
              CAST(:sources AS text[]), CAST(:posts AS uuid[]), CAST(:communities AS uuid[]))
       AS s (subject_id, metric, total, source_metric, post_id, community_id)
    ON CONFLICT DO NOTHING
RETURNING subject_id, metric, total, sampled_at
""")
READ_SAMPLES = text("""
SELECT subject_id, metric, total, sampled_at FROM samples
 WHERE workspace_id = CAST(:workspace AS uuid) AND subject_id = ANY (CAST(:subjects AS uuid[]))
""")
READ_CLOSINGS = text("""
SELECT c.subject_id, c.interval, c.starts_on, c.metric, c.closed_at, c.total, c.change
  FROM unnest(CAST(:subjects AS uuid[]), CAST(:intervals AS text[]), CAST(:starts AS date[]))
       AS p (subject_id, interval, starts_on)
  JOIN closings c ON c.workspace_id = CAST(:workspace AS uuid) AND c.subject_id = p.subject_id
   AND c.interval = p.interval AND c.starts_on = p.starts_on
""")
WRITE_CLOSINGS = text("""
INSERT INTO closings (workspace_id, subject_id, interval, starts_on, metric, closed_at, total,
                      change)
SELECT CAST(:workspace AS uuid), c.*
  FROM unnest(CAST(:subjects AS uuid[]), CAST(:intervals AS text[]), CAST(:starts AS date[]),
              CAST(:metrics AS text[]), CAST(:closed AS timestamptz[]), CAST(:totals AS bigint[]),
              CAST(:changes AS bigint[])) AS c
    ON CONFLICT (workspace_id, subject_id, interval, starts_on, metric) DO UPDATE
   SET closed_at = excluded.closed_at, total = excluded.total, change = excluded.change
""")
TAKE_CLOSINGS = text("""
DELETE FROM closings
 WHERE workspace_id = CAST(:workspace AS uuid) AND subject_id = ANY (CAST(:subjects AS uuid[]))
RETURNING subject_id, interval, starts_on, metric, closed_at, total, change
""")
ADD_TALLIES = text("""
INSERT INTO tallies (workspace_id, community_id, interval, metric, starts_on, account_id, cut_by,
                     network, change, total, known, measured)
SELECT CAST(:workspace AS uuid), t.*
  FROM unnest(CAST(:communities AS uuid[]), CAST(:intervals AS text[]), CAST(:metrics AS text[]),
              CAST(:starts AS date[]), CAST(:accounts AS uuid[]), CAST(:cuts AS uuid[]),
              CAST(:networks AS text[]), CAST(:changes AS bigint[]), CAST(:totals AS bigint[]),
              CAST(:known AS int[]), CAST(:measured AS int[])) AS t
    ON CONFLICT (workspace_id, community_id, interval, metric, starts_on, account_id, cut_by)
    DO UPDATE
   SET change = tallies.change + excluded.change, total = tallies.total + excluded.total,
       known = tallies.known + excluded.known, measured = tallies.measured + excluded.measured
""")
LOCK_COMMUNITY = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('months:' || CAST(:community AS text), 0))"
)
LAY_OUT = text("""
INSERT INTO network_months (workspace_id, community_id, metric, starts_on, network, changes, totals,
                            known, measured, counted)
SELECT CAST(:workspace AS uuid), g.community_id, g.metric, g.starts_on, g.network,
       array_agg(CASE WHEN t.known > 0 THEN t.change END ORDER BY d.day),
       array_agg(t.total ORDER BY d.day), array_agg(coalesce(t.known, 0) ORDER BY d.day),
       array_agg(coalesce(t.measured, 0) ORDER BY d.day),
       parvis_counted(CAST(:workspace AS uuid), g.community_id, g.network, g.metric,
                      CAST(:parts AS text[]), g.starts_on, g.starts_on)
  FROM unnest(CAST(:communities AS uuid[]), CAST(:metrics AS text[]), CAST(:starts AS date[]),
              CAST(:networks AS text[])) AS g (community_id, metric, starts_on, network)
 CROSS JOIN LATERAL (
       SELECT g.starts_on + n AS day
         FROM generate_series(0, (g.starts_on + interval '1 month')::date - g.starts_on - 1) AS n
       ) d
  LEFT JOIN LATERAL (
       SELECT sum(t.change)::bigint AS change, sum(t.total)::bigint AS total,
              sum(t.known)::integer AS known, sum(t.measured)::integer AS measured
         FROM tallies t
        WHERE t.workspace_id = CAST(:workspace AS uuid) AND t.community_id = g.community_id
          AND t.interval = 'day' AND t.metric = g.metric AND t.starts_on = d.day
          AND t.network = g.network
       ) t ON true
 GROUP BY g.community_id, g.metric, g.starts_on, g.network
    ON CONFLICT (workspace_id, community_id, metric, starts_on, network) DO UPDATE
   SET changes = excluded.changes, totals = excluded.totals, known = excluded.known,
       measured = excluded.measured, counted = excluded.counted
""")
DROP_EMPTY_MONTHS = text("""
DELETE FROM network_months
 WHERE workspace_id = CAST(:workspace AS uuid) AND community_id = ANY (CAST(:communities AS uuid[]))
   AND 0 = ALL (measured)
""")
DROP_EMPTY = text("""
DELETE FROM tallies
 WHERE workspace_id = CAST(:workspace AS uuid) AND cut_by = ANY (CAST(:cuts AS uuid[]))
   AND measured = 0
""")
STAND = text("""
INSERT INTO standings (workspace_id, subject_id, metric, sampled_at, total, source_metric, post_id,
                       account_id, network, cut_by)
SELECT DISTINCT ON (s.subject_id, s.metric) s.workspace_id, s.subject_id, s.metric, s.sampled_at,
       s.total, s.source_metric, s.post_id, s.account_id, s.network, f.cut_by
  FROM unnest(CAST(:subjects AS uuid[]), CAST(:cuts AS uuid[])) AS f (subject_id, cut_by)
  JOIN samples s ON s.workspace_id = CAST(:workspace AS uuid) AND s.subject_id = f.subject_id
 WHERE s.sampled_at >= CAST(:since AS timestamptz)
 ORDER BY s.subject_id, s.metric, s.sampled_at DESC
    ON CONFLICT (workspace_id, subject_id, metric) DO UPDATE
   SET sampled_at = excluded.sampled_at, total = excluded.total,
       source_metric = excluded.source_metric, cut_by = excluded.cut_by
 WHERE standings.sampled_at <= excluded.sampled_at
""")
NAME_SOURCES = text("""
INSERT INTO metric_sources (workspace_id, community_id, account_id, cut_by, metric, source_metric,
                            network, first_at, last_at)
SELECT s.workspace_id, s.community_id, s.account_id, f.cut_by, s.metric, s.source_metric, s.network,
       min(s.sampled_at), max(s.sampled_at)
  FROM unnest(CAST(:subjects AS uuid[]), CAST(:cuts AS uuid[])) AS f (subject_id, cut_by)
  JOIN samples s ON s.workspace_id = CAST(:workspace AS uuid) AND s.subject_id = f.subject_id
 WHERE s.sampled_at >= CAST(:since AS timestamptz)
 GROUP BY 1, 2, 3, 4, 5, 6, 7
    ON CONFLICT (workspace_id, community_id, account_id, cut_by, metric, source_metric) DO UPDATE
   SET first_at = least(metric_sources.first_at, excluded.first_at),
       last_at = greatest(metric_sources.last_at, excluded.last_at)
""")
DROP_SOURCES = text("""
DELETE FROM metric_sources m
 WHERE m.workspace_id = CAST(:workspace AS uuid) AND m.cut_by = ANY (CAST(:cuts AS uuid[]))
   AND NOT EXISTS (
       SELECT FROM standings s WHERE s.workspace_id = m.workspace_id
          AND s.account_id = m.account_id AND s.cut_by = m.cut_by)
""")
OLD_CUTS = text("""
SELECT DISTINCT subject_id, cut_by FROM standings
 WHERE workspace_id = CAST(:workspace AS uuid) AND subject_id = ANY (CAST(:subjects AS uuid[]))
""")
CUT = text("""
INSERT INTO metric_cuts (workspace_id, cut_by, is_calendar, time_zone)
SELECT CAST(:workspace AS uuid), c.*
  FROM unnest(CAST(:cuts AS uuid[]), CAST(:calendars AS boolean[]), CAST(:zones AS text[])) AS c
    ON CONFLICT DO NOTHING
""")
CUTS_MOVED = text("""
SELECT m.cut_by, m.is_calendar FROM metric_cuts m
  LEFT JOIN calendars c ON m.is_calendar AND c.workspace_id = m.workspace_id AND c.id = m.cut_by
  LEFT JOIN communities o
    ON NOT m.is_calendar AND o.workspace_id = m.workspace_id AND o.id = m.cut_by
 WHERE m.workspace_id = CAST(:workspace AS uuid)
   AND m.time_zone <> coalesce(c.time_zone, o.time_zone)
""")
SET_CUT = text("""
UPDATE metric_cuts m SET time_zone = coalesce(
       (SELECT c.time_zone FROM calendars c
         WHERE c.workspace_id = m.workspace_id AND c.id = m.cut_by),
       (SELECT o.time_zone FROM communities o
         WHERE o.workspace_id = m.workspace_id AND o.id = m.cut_by))
 WHERE m.workspace_id = CAST(:workspace AS uuid) AND m.cut_by = CAST(:cut AS uuid)
RETURNING m.time_zone
""")
STANDING_CUTS = text("""
SELECT DISTINCT subject_id FROM standings
 WHERE workspace_id = CAST(:workspace AS uuid) AND cut_by = CAST(:cut AS uuid)
""")
SOONER = """
WITH later AS MATERIALIZED (
    SELECT id FROM accounts
     WHERE workspace_id = $1 AND id = ANY ($2) AND measure_at > $3
     ORDER BY id FOR UPDATE
)
UPDATE accounts a SET measure_at = $3
  FROM later WHERE a.workspace_id = $1 AND a.id = later.id
RETURNING a.id
"""


async def run(
    session: AsyncSession,
    statement: TextClause,
    **values: Any,  # noqa: ANN401 - bound values
) -> Sequence[RowMapping]:
    """The rows of a statement, none where it gives none."""
    connection = await session.connection()
    result = await connection.execute(statement, values)
    return result.mappings().all() if result.returns_rows else ()
