"""Metrics: samples in months, closings and tallies counted from them, and the hot read of series.

Samples lie in partitions of their own schema, which the application cannot enter: it reads and
writes through the parent, where row-level security holds.
"""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import APPLICATION, create_tenant_table

revision = "2026_11_22_1200"
down_revision = "2026_11_22_1100"
branch_labels = None
depends_on = None

APPEND = "SELECT, INSERT"
MONTHS_BEHIND = 4
MONTHS = 18

MAKE_MONTHS = """
CREATE FUNCTION parvis_make_sample_months(first_on date, months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '5s' SET timezone = 'UTC' AS $$
DECLARE
    starts date;
    part text;
    made integer := 0;
BEGIN
    IF months NOT BETWEEN 1 AND 60 THEN
        RAISE EXCEPTION 'between 1 and 60 months at once';
    END IF;
    FOR step IN 0 .. months - 1 LOOP
        starts := date_trunc('month', first_on) + make_interval(months => step);
        part := 'm' || to_char(starts, 'YYYY_MM');
        CONTINUE WHEN to_regclass('sample_months.' || part) IS NOT NULL;
        -- Two makers wait for each other here; the second finds the month made.
        LOCK TABLE sample_months.rest IN ACCESS EXCLUSIVE MODE;
        CONTINUE WHEN to_regclass('sample_months.' || part) IS NOT NULL;
        EXECUTE format(
            'CREATE TABLE sample_months.%1$I (LIKE public.samples INCLUDING ALL)', part);
        EXECUTE format(
            'WITH moved AS (DELETE FROM sample_months.rest
                             WHERE sampled_at >= %2$L AND sampled_at < %3$L RETURNING *)
             INSERT INTO sample_months.%1$I SELECT * FROM moved',
            part, starts, starts + interval '1 month');
        EXECUTE format(
            'ALTER TABLE public.samples ATTACH PARTITION sample_months.%1$I
                   FOR VALUES FROM (%2$L) TO (%3$L)',
            part, starts, starts + interval '1 month');
        made := made + 1;
    END LOOP;
    RETURN made;
END $$
"""

# What both reads of a series end with: `counts` gathered by group, laid out along the days.
FINISH = """
    summed AS (
        SELECT grp, metric, starts_on,
               CASE WHEN sum(known) > 0 THEN sum(change)::bigint END AS change,
               sum(total)::bigint AS total, sum(known) AS known, sum(measured) AS measured
          FROM counts GROUP BY grp, metric, starts_on
    ), asked AS (
        SELECT * FROM ROWS FROM (unnest(keys), unnest(numerators), unnest(denominators),
                                 unnest(methods))
          WITH ORDINALITY AS a (key, numerator, denominator, method, place)
    ), lines AS (
        SELECT a.*, g.grp FROM asked a
          JOIN (SELECT DISTINCT grp, metric FROM summed) g ON g.metric = a.numerator
         UNION
        SELECT a.*, '' FROM asked a WHERE grouped_by = 'none'
    ), laid AS (
        SELECT l.place, l.grp,
               string_agg(coalesce(CASE
                   WHEN l.denominator IS NULL THEN n.change::text
                   ELSE round(100.0 * n.change / nullif(
                       CASE l.denominator WHEN 'followers' THEN d.total ELSE d.change END, 0
                   ), 4)::text END, 'null'), ',' ORDER BY day) AS "values",
               string_agg(coalesce(CASE WHEN l.denominator IS NULL THEN n.total::text END, 'null'),
                          ',' ORDER BY day) AS totals,
               string_agg(coalesce(n.known, 0)::text, ',' ORDER BY day) AS known,
               string_agg(coalesce(n.measured, 0)::text, ',' ORDER BY day) AS measured
          FROM lines l CROSS JOIN unnest(days) AS day
          LEFT JOIN summed n ON n.grp = l.grp AND n.metric = l.numerator AND n.starts_on = day
          LEFT JOIN summed d ON d.grp = l.grp AND d.metric = l.denominator AND d.starts_on = day
         GROUP BY l.place, l.grp
    ), named AS (
        SELECT l.place, l.grp, jsonb_agg(DISTINCT s.source_metric) AS source_metrics,
               jsonb_agg(DISTINCT c.time_zone) AS time_zones,
               jsonb_agg(DISTINCT s.metric) FILTER (WHERE s.metric = ANY (parts)) AS parts
          FROM lines l
          JOIN told s ON s.grp = l.grp AND (s.metric = l.numerator
               OR l.numerator = 'engagements' AND s.metric = ANY (parts))
          JOIN metric_cuts c ON c.workspace_id = workspace AND c.cut_by = s.cut_by
         GROUP BY l.place, l.grp
    )
    SELECT string_agg(
        '{"metric":"' || l.key
        || '","group":' || CASE WHEN l.grp = '' THEN 'null' ELSE '"' || l.grp || '"' END
        || ',"values":[' || laid."values" || '],"totals":[' || laid.totals
        || '],"known":[' || laid.known || '],"measured":[' || laid.measured
        || '],"counted":{"method":"' || l.method
        || '","time_zones":' || coalesce(n.time_zones, '[]')
        || ',"source_metrics":' || coalesce(n.source_metrics, '[]')
        || ',"parts":' || CASE WHEN l.numerator = 'engagements'
                               THEN coalesce(n.parts, '[]')::text ELSE 'null' END
        || ',"denominator":' || coalesce('"' || l.denominator || '"', 'null') || '}}',
        ',' ORDER BY l.place, l.grp)
      INTO found
      FROM lines l JOIN laid USING (place, grp) LEFT JOIN named n USING (place, grp);
"""
GROUP = """CASE grouped_by WHEN 'network' THEN {0}.network
                    WHEN 'account' THEN 'acct_' || replace({0}.account_id::text, '-', '')
                    ELSE '' END"""
SERIES = f"""
CREATE FUNCTION parvis_series(
    workspace uuid, communities uuid[], accounts uuid[], calendars uuid[], posts uuid[],
    networks text[], keys text[], numerators text[], denominators text[], methods text[],
    parts text[], grouped_by text, step text, days date[]
) RETURNS text LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    wanted text[] := numerators || array_remove(denominators, NULL);
    first_on date := days[1];
    last_on date := days[cardinality(days)];
    found text;
BEGIN
    PERFORM set_config('parvis.workspace', workspace::text, true);
    IF posts IS NULL THEN
    communities := coalesce(communities, ARRAY(
        SELECT c.id FROM communities c WHERE c.workspace_id = workspace));
    WITH counts AS (
        SELECT {GROUP.format("t")} AS grp, t.metric, t.starts_on, t.change, t.total, t.known,
               t.measured
          FROM tallies t
         WHERE t.workspace_id = workspace AND t.community_id = ANY (communities)
           AND t.interval = step AND t.metric = ANY (wanted)
           AND t.starts_on BETWEEN first_on AND last_on
           AND (accounts IS NULL OR t.account_id = ANY (accounts))
           AND (networks IS NULL OR t.network = ANY (networks))
           AND (calendars IS NULL OR t.cut_by = ANY (calendars) OR t.cut_by = t.community_id)
    ), told AS (
        SELECT {GROUP.format("s")} AS grp, s.metric, s.source_metric, s.cut_by
          FROM metric_sources s
         WHERE s.workspace_id = workspace AND s.community_id = ANY (communities)
           AND s.first_at < last_on + 33 AND s.last_at >= first_on - 1
           AND (accounts IS NULL OR s.account_id = ANY (accounts))
           AND (networks IS NULL OR s.network = ANY (networks))
           AND (calendars IS NULL OR s.cut_by = ANY (calendars) OR s.cut_by = s.community_id)
    ), {FINISH}
    ELSE
    WITH subjects AS MATERIALIZED (
        SELECT DISTINCT {GROUP.format("st")} AS grp, st.subject_id, st.metric, st.source_metric,
               st.cut_by
          FROM standings st
         WHERE st.workspace_id = workspace AND st.post_id = ANY (posts)
           AND (accounts IS NULL OR st.account_id = ANY (accounts))
           AND (networks IS NULL OR st.network = ANY (networks))
           AND (calendars IS NULL OR st.cut_by = ANY (calendars))
    ), told AS (SELECT grp, metric, source_metric, cut_by FROM subjects
    ), closed AS (
        SELECT u.grp, u.subject_id, c.metric, c.starts_on, c.change, c.total
          FROM (SELECT DISTINCT grp, subject_id FROM subjects) u
          JOIN closings c ON c.workspace_id = workspace AND c.subject_id = u.subject_id
           AND c.interval = step AND c.metric = ANY (wanted)
           AND c.starts_on BETWEEN first_on AND last_on
    ), counts AS (
        SELECT grp, metric, starts_on, change, total, (change IS NOT NULL)::int AS known,
               1 AS measured
          FROM closed
         UNION ALL
        SELECT c.grp, 'followers', c.starts_on, NULL, m.followers, 0, 0
          FROM closed c JOIN measurings m ON m.workspace_id = workspace
           AND m.subject_id = c.subject_id
         WHERE c.metric = 'engagements' AND m.followers IS NOT NULL
           AND 'followers' = ANY (denominators)
    ), {FINISH}
    END IF;
    RETURN coalesce(found, '');
END $$
"""
FUNCTIONS = {
    "parvis_make_sample_months(date, integer)": MAKE_MONTHS,
    "parvis_series(uuid, uuid[], uuid[], uuid[], uuid[], text[], text[], text[], text[], text[], "
    "text[], text, text, date[])": SERIES,
}


def column(name: str, kind: sa.types.TypeEngine[object], *, empty: bool = False) -> sa.Column:
    return sa.Column(name, kind, nullable=empty)


def uuid(name: str, *, empty: bool = False) -> sa.Column:
    return column(name, sa.Uuid(), empty=empty)


def moment(name: str, *, empty: bool = False) -> sa.Column:
    return column(name, sa.DateTime(timezone=True), empty=empty)


def big(name: str, *, empty: bool = False) -> sa.Column:
    return column(name, sa.BigInteger(), empty=empty)


def text(name: str) -> sa.Column:
    return column(name, sa.Text())


def upgrade() -> None:
    _make_samples()
    _make_counted()
    _make_measurings()
    for name, function in FUNCTIONS.items():
        op.execute(function)
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {APPLICATION}")
    op.execute(
        "SELECT parvis_make_sample_months((current_date - "
        f"make_interval(months => {MONTHS_BEHIND}))::date, {MONTHS})"
    )


def _make_samples() -> None:
    create_tenant_table(
        "samples",
        uuid("workspace_id"),
        uuid("subject_id"),
        moment("sampled_at"),
        text("metric"),
        big("total"),
        text("source_metric"),
        uuid("post_id", empty=True),
        uuid("account_id"),
        uuid("community_id"),
        text("network"),
        sa.PrimaryKeyConstraint("workspace_id", "subject_id", "sampled_at", "metric"),
        grants=APPEND,
        postgresql_partition_by="RANGE (sampled_at)",
    )
    op.execute("CREATE SCHEMA sample_months")
    op.execute("CREATE TABLE sample_months.rest PARTITION OF samples DEFAULT")
    create_tenant_table(
        "standings",
        uuid("workspace_id"),
        uuid("subject_id"),
        text("metric"),
        moment("sampled_at"),
        big("total"),
        text("source_metric"),
        uuid("post_id", empty=True),
        uuid("account_id"),
        text("network"),
        uuid("cut_by"),
        sa.PrimaryKeyConstraint("workspace_id", "subject_id", "metric"),
    )
    for name, key in (("post", "post_id"), ("account", "account_id"), ("cut", "cut_by")):
        op.create_index(f"standings_by_{name}", "standings", ["workspace_id", key])


def _make_counted() -> None:
    create_tenant_table(
        "closings",
        uuid("workspace_id"),
        uuid("subject_id"),
        text("metric"),
        text("interval"),
        column("starts_on", sa.Date()),
        moment("closed_at"),
        big("total"),
        big("change", empty=True),
        sa.PrimaryKeyConstraint("workspace_id", "subject_id", "interval", "starts_on", "metric"),
    )
    create_tenant_table(
        "tallies",
        uuid("workspace_id"),
        uuid("community_id"),
        text("interval"),
        text("metric"),
        column("starts_on", sa.Date()),
        uuid("account_id"),
        uuid("cut_by"),
        text("network"),
        big("change"),
        big("total"),
        column("known", sa.Integer()),
        column("measured", sa.Integer()),
        sa.PrimaryKeyConstraint(
            "workspace_id",
            "community_id",
            "interval",
            "metric",
            "starts_on",
            "account_id",
            "cut_by",
        ),
    )
    op.create_index("tallies_by_cut", "tallies", ["workspace_id", "cut_by"])
    create_tenant_table(
        "metric_sources",
        uuid("workspace_id"),
        uuid("community_id"),
        uuid("account_id"),
        uuid("cut_by"),
        text("metric"),
        text("source_metric"),
        text("network"),
        moment("first_at"),
        moment("last_at"),
        sa.PrimaryKeyConstraint(
            "workspace_id", "community_id", "account_id", "cut_by", "metric", "source_metric"
        ),
    )
    create_tenant_table(
        "metric_cuts",
        uuid("workspace_id"),
        uuid("cut_by"),
        column("is_calendar", sa.Boolean()),
        text("time_zone"),
        sa.PrimaryKeyConstraint("workspace_id", "cut_by"),
    )


def _make_measurings() -> None:
    create_tenant_table(
        "measurings",
        uuid("workspace_id"),
        uuid("subject_id"),
        uuid("account_id"),
        column("is_account", sa.Boolean()),
        moment("next_at", empty=True),
        big("followers", empty=True),
        sa.PrimaryKeyConstraint("workspace_id", "subject_id"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "account_id"],
            ["accounts.workspace_id", "accounts.id"],
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "measurings_due",
        "measurings",
        ["workspace_id", "account_id", "next_at"],
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )


def downgrade() -> None:
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
    for table in ("measurings", "metric_cuts", "metric_sources", "tallies", "closings"):
        op.drop_table(table)
    op.drop_table("standings")
    op.drop_table("samples")
    op.execute("DROP SCHEMA sample_months")
