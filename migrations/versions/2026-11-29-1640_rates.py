"""A rate is of what has both of its sides, and what it is held against shows nowhere else.

Engagements of an account without views were held against the views of the others.
"""

from importlib import import_module

from alembic import op

revision = "2026_11_29_1640"
down_revision = "2026_11_29_1058"
branch_labels = None
depends_on = None

BEFORE = import_module("migrations.versions.2026-11-22-1200_metrics")
# A line of its own in `counts`, as `engagements/views`: its totals are what it is held against.
CHANGES = {
    "    wanted text[] := numerators || array_remove(denominators, NULL);": """\
    wanted text[] := numerators || array_remove(denominators, NULL);
    made text[] := ARRAY(
        SELECT a.n || coalesce('/' || a.d, '')
          FROM ROWS FROM (unnest(numerators), unnest(denominators)) WITH ORDINALITY
               AS a (n, d, place) ORDER BY place);""",
    """UNION SELECT '', unnest(wanted)""": """UNION SELECT '', unnest(made)""",
    """               array_agg(measured ORDER BY starts_on) AS measured
          FROM dense GROUP BY grp, metric
""": """               array_agg(measured ORDER BY starts_on) AS measured
          FROM dense GROUP BY grp, metric HAVING grouped_by = 'none' OR sum(measured) > 0
""",
    """\
               CASE a.denominator WHEN 'followers' THEN d.totals ELSE d.changes END AS against
          FROM ROWS FROM (unnest(keys), unnest(numerators), unnest(denominators), unnest(methods))
               WITH ORDINALITY AS a (key, numerator, denominator, method, place)
          JOIN laid n ON n.metric = a.numerator
          LEFT JOIN laid d ON d.grp = n.grp AND d.metric = a.denominator
""": """               n.totals AS against
          FROM ROWS FROM (unnest(keys), unnest(numerators), unnest(denominators), unnest(methods),
                          unnest(made))
               WITH ORDINALITY AS a (key, numerator, denominator, method, made, place)
          JOIN laid n ON n.metric = a.made
""",
    """    WITH counts AS (
        SELECT {GROUP} AS grp, t.metric COLLATE "C" AS metric, t.starts_on,
               t.change, t.total, t.known, t.measured
""".replace("{GROUP}", BEFORE.GROUP.format("t")): """    WITH tallied AS (
        SELECT {GROUP} AS grp, t.metric COLLATE "C" AS metric, t.starts_on,
               t.change, t.total, t.known, t.measured, t.account_id, t.cut_by
""".replace("{GROUP}", BEFORE.GROUP.format("t")),
    """OR t.cut_by = t.community_id)
    ), told""": """OR t.cut_by = t.community_id)
    ), counts AS (
        SELECT grp, metric, starts_on, change, total, known, measured FROM tallied
         UNION ALL
        SELECT grp, 'engagements/views', starts_on, CASE WHEN seen > 0 THEN change END,
               CASE WHEN known > 0 AND seen > 0 THEN views END,
               CASE WHEN seen > 0 THEN known ELSE 0 END, measured
          FROM (SELECT grp, starts_on, max(change) FILTER (WHERE metric = 'engagements') AS change,
                       max(known) FILTER (WHERE metric = 'engagements') AS known,
                       max(measured) FILTER (WHERE metric = 'engagements') AS measured,
                       max(change) FILTER (WHERE metric = 'views') AS views,
                       max(known) FILTER (WHERE metric = 'views') AS seen
                  FROM tallied
                 WHERE metric IN ('engagements', 'views') AND 'views' = ANY (denominators)
                 GROUP BY grp, account_id, cut_by, starts_on) AS held_against_views
         WHERE measured IS NOT NULL
         UNION ALL
        SELECT grp, 'engagements/followers', starts_on, CASE WHEN counted > 0 THEN change END,
               NULL, CASE WHEN counted > 0 THEN known ELSE 0 END, measured
          FROM (SELECT grp, metric, starts_on, change, known, measured,
                       max(measured) FILTER (WHERE metric = 'followers')
                           OVER (PARTITION BY account_id, starts_on) AS counted
                  FROM tallied WHERE metric IN ('engagements', 'followers')
                   AND 'followers' = ANY (denominators)) AS held_against_followers
         WHERE metric = 'engagements'
         UNION ALL
        SELECT grp, 'engagements/followers', starts_on, NULL, total, 0, 0
          FROM tallied WHERE metric = 'followers' AND 'followers' = ANY (denominators)
    ), told""",
    """        SELECT c.grp, 'followers', c.starts_on, NULL, m.followers, 0, 0
          FROM closed c JOIN measurings m ON m.workspace_id = workspace
           AND m.subject_id = c.subject_id
         WHERE c.metric = 'engagements' AND m.followers IS NOT NULL
           AND 'followers' = ANY (denominators)
""": """        SELECT e.grp, 'engagements/views', e.starts_on,
               CASE WHEN v.change IS NOT NULL THEN e.change END,
               CASE WHEN e.change IS NOT NULL THEN v.change END,
               (e.change IS NOT NULL AND v.change IS NOT NULL)::int, 1
          FROM closed e
          LEFT JOIN closed v ON v.metric = 'views' AND v.subject_id = e.subject_id
           AND v.starts_on = e.starts_on
         WHERE e.metric = 'engagements' AND 'views' = ANY (denominators)
         UNION ALL
        SELECT e.grp, 'engagements/followers', e.starts_on,
               CASE WHEN m.followers IS NOT NULL THEN e.change END,
               CASE WHEN e.change IS NOT NULL THEN m.followers END,
               (e.change IS NOT NULL AND m.followers IS NOT NULL)::int, 1
          FROM closed e
          LEFT JOIN measurings m ON m.workspace_id = workspace AND m.subject_id = e.subject_id
         WHERE e.metric = 'engagements' AND 'followers' = ANY (denominators)
""",
}
AGAIN = BEFORE.SERIES.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def upgrade() -> None:
    series = AGAIN
    for old, new in CHANGES.items():
        series = series.replace(old, new)
    op.execute(series)


def downgrade() -> None:
    op.execute(AGAIN)
