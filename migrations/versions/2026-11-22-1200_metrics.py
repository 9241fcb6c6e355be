"""Metrics: samples in months, closings and tallies counted from them, and the hot read of series.

Samples lie in partitions of their own schema, which the application cannot enter: it reads and
writes through the parent, where row-level security holds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from migrations.tenancy import APPLICATION, MOMENT, create_tenant_table, of

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
    dense AS (
        SELECT grp, metric, starts_on,
               CASE WHEN sum(known) > 0 THEN sum(change)::bigint END AS change,
               sum(total)::bigint AS total, sum(known) AS known, sum(measured) AS measured
          FROM (SELECT grp, metric, starts_on, change, total, known, measured FROM counts
                 UNION ALL
                SELECT g.grp, g.metric, d.day, NULL, NULL, 0, 0
                  FROM (SELECT DISTINCT grp, metric FROM counts
                         UNION SELECT '', unnest(wanted) COLLATE "C" WHERE grouped_by = 'none') g
                 CROSS JOIN unnest(days) AS d (day)) AS every
         GROUP BY grp, metric, starts_on
    ), laid AS MATERIALIZED (
        SELECT grp, metric, array_agg(change ORDER BY starts_on) AS changes,
               array_agg(total ORDER BY starts_on) AS totals,
               array_agg(known ORDER BY starts_on) AS known,
               array_agg(measured ORDER BY starts_on) AS measured
          FROM dense GROUP BY grp, metric
    ), lines AS MATERIALIZED (
        SELECT a.key, a.numerator, a.denominator, a.method, a.place, n.grp, n.changes, n.totals,
               n.known, n.measured,
               CASE a.denominator WHEN 'followers' THEN d.totals ELSE d.changes END AS against
          FROM ROWS FROM (unnest(keys), unnest(numerators), unnest(denominators), unnest(methods))
               WITH ORDINALITY AS a (key, numerator, denominator, method, place)
          JOIN laid n ON n.metric = a.numerator
          LEFT JOIN laid d ON d.grp = n.grp AND d.metric = a.denominator
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
        || ',"values":[' || CASE WHEN l.denominator IS NULL
               THEN array_to_string(l.changes, ',', 'null')
               ELSE (SELECT string_agg(
                                coalesce(round(100.0 * r.change / nullif(r.against, 0), 4)::text,
                                         'null'), ',' ORDER BY r.place)
                       FROM ROWS FROM (unnest(l.changes), unnest(l.against))
                            WITH ORDINALITY AS r (change, against, place)) END
        || '],"totals":[' || array_to_string(
               CASE WHEN l.denominator IS NULL THEN l.totals
                    ELSE array_fill(NULL::bigint, ARRAY[cardinality(days)]) END, ',', 'null')
        || '],"known":[' || array_to_string(l.known, ',')
        || '],"measured":[' || array_to_string(l.measured, ',')
        || '],"counted":{"method":"' || l.method
        || '","time_zones":' || coalesce(n.time_zones, '[]')
        || ',"source_metrics":' || coalesce(n.source_metrics, '[]')
        || ',"parts":' || CASE WHEN l.numerator = 'engagements'
                               THEN coalesce(n.parts, '[]')::text ELSE 'null' END
        || ',"denominator":' || coalesce('"' || l.denominator || '"', 'null') || '}}',
        ',' ORDER BY l.place, l.grp)
      INTO found
      FROM lines l LEFT JOIN named n USING (place, grp);
"""
# Collated as bytes: sorting by the words of a language took two thirds of the whole read.
GROUP = """(CASE grouped_by WHEN 'network' THEN {0}.network
                    WHEN 'account' THEN 'acct_' || replace({0}.account_id::text, '-', '')
                    ELSE '' END) COLLATE "C\""""
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
        SELECT {GROUP.format("t")} AS grp, t.metric COLLATE "C" AS metric, t.starts_on,
               t.change, t.total, t.known, t.measured
          FROM tallies t
         WHERE t.workspace_id = workspace AND t.community_id = ANY (communities)
           AND t.interval = step AND t.metric = ANY (wanted)
           AND t.starts_on BETWEEN first_on AND last_on
           AND (accounts IS NULL OR t.account_id = ANY (accounts))
           AND (networks IS NULL OR t.network = ANY (networks))
           AND (calendars IS NULL OR t.cut_by = ANY (calendars) OR t.cut_by = t.community_id)
    ), told AS (
        SELECT {GROUP.format("s")} AS grp, s.metric COLLATE "C" AS metric, s.source_metric, s.cut_by
          FROM metric_sources s
         WHERE s.workspace_id = workspace AND s.community_id = ANY (communities)
           AND s.first_at < last_on + 33 AND s.last_at >= first_on - 1
           AND (accounts IS NULL OR s.account_id = ANY (accounts))
           AND (networks IS NULL OR s.network = ANY (networks))
           AND (calendars IS NULL OR s.cut_by = ANY (calendars) OR s.cut_by = s.community_id)
    ), {FINISH}
    ELSE
    WITH subjects AS MATERIALIZED (
        SELECT DISTINCT {GROUP.format("st")} AS grp, st.subject_id,
               st.metric COLLATE "C" AS metric, st.source_metric,
               st.cut_by
          FROM standings st
         WHERE st.workspace_id = workspace AND st.post_id = ANY (posts)
           AND (accounts IS NULL OR st.account_id = ANY (accounts))
           AND (networks IS NULL OR st.network = ANY (networks))
           AND (calendars IS NULL OR st.cut_by = ANY (calendars))
    ), told AS (SELECT grp, metric, source_metric, cut_by FROM subjects
    ), closed AS (
        SELECT u.grp, u.subject_id, c.metric COLLATE "C" AS metric, c.starts_on, c.change, c.total
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
# The usual question of a dashboard, one community by network and day, reads a row per network
# and month; `counted` is the same in all of them but where a source or a zone has changed.
NETWORK_SERIES = """
CREATE FUNCTION parvis_network_series(
    workspace uuid, community uuid, networks text[], keys text[], methods text[], parts text[],
    months date[], firsts integer[], lasts integer[]
) RETURNS text LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    first_month date := months[1];
    last_month date := months[cardinality(months)];
    found text;
BEGIN
    PERFORM set_config('parvis.workspace', workspace::text, true);
    WITH kept AS MATERIALIZED (
        SELECT m.metric, m.network, m.starts_on, m.changes, m.totals, m.known, m.measured,
               m.counted
          FROM network_months m
         WHERE m.workspace_id = workspace AND m.community_id = community
           AND m.metric = ANY (keys) AND m.starts_on BETWEEN first_month AND last_month
           AND (networks IS NULL OR m.network = ANY (networks))
    ), laid AS (
        SELECT g.metric, g.network,
               string_agg(array_to_string(coalesce(k.changes[w.a:w.z], w.nothing), ',', 'null'),
                          ',' ORDER BY w.month) AS "values",
               string_agg(array_to_string(coalesce(k.totals[w.a:w.z], w.nothing), ',', 'null'),
                          ',' ORDER BY w.month) AS totals,
               string_agg(array_to_string(coalesce(k.known[w.a:w.z], w.nobody), ',', '0'),
                          ',' ORDER BY w.month) AS known,
               string_agg(array_to_string(coalesce(k.measured[w.a:w.z], w.nobody), ',', '0'),
                          ',' ORDER BY w.month) AS measured,
               CASE WHEN min(k.counted) = max(k.counted) THEN min(k.counted)
                    ELSE parvis_counted(workspace, community, g.network, g.metric, parts,
                                        first_month, last_month) END AS counted
          FROM (SELECT DISTINCT metric, network FROM kept) g
         CROSS JOIN (
             SELECT m.month, m.a, m.z, array_fill(NULL::bigint, ARRAY[m.z - m.a + 1]) AS nothing,
                    array_fill(NULL::integer, ARRAY[m.z - m.a + 1]) AS nobody
               FROM unnest(months, firsts, lasts) AS m (month, a, z)) w
          LEFT JOIN kept k
            ON k.metric = g.metric AND k.network = g.network AND k.starts_on = w.month
         GROUP BY g.metric, g.network
    )
    SELECT string_agg(
        '{"metric":"' || l.metric || '","group":"' || l.network
        || '","values":[' || l."values" || '],"totals":[' || l.totals
        || '],"known":[' || l.known || '],"measured":[' || l.measured
        || '],"counted":{"method":"' || a.method || '",' || l.counted || ',"denominator": null}}',
        ',' ORDER BY a.place, l.network)
      INTO found
      FROM ROWS FROM (unnest(keys), unnest(methods)) WITH ORDINALITY AS a (key, method, place)
      JOIN laid l ON l.metric = a.key
     WHERE l.measured ~ '[1-9]';
    RETURN coalesce(found, '');
END $$
"""
COUNTED = """
CREATE FUNCTION parvis_counted(
    workspace uuid, community uuid, spoken_on text, counted_metric text, parts text[],
    first_month date, last_month date
) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT '"time_zones":' || coalesce(jsonb_agg(DISTINCT c.time_zone), '[]')::text
        || ',"source_metrics":' || coalesce(jsonb_agg(DISTINCT s.source_metric), '[]')::text
        || ',"parts":' || CASE WHEN counted_metric = 'engagements'
                               THEN coalesce(jsonb_agg(DISTINCT s.metric), '[]')::text
                               ELSE 'null' END
      FROM metric_sources s
      JOIN metric_cuts c ON c.workspace_id = s.workspace_id AND c.cut_by = s.cut_by
     WHERE s.workspace_id = workspace AND s.community_id = community AND s.network = spoken_on
       AND (s.metric = counted_metric
            OR counted_metric = 'engagements' AND s.metric = ANY (parts))
       AND s.first_at < last_month + interval '1 month' AND s.last_at >= first_month
$$
"""
FUNCTIONS = {
    "parvis_counted(uuid, uuid, text, text, text[], date, date)": COUNTED,
    "parvis_network_series(uuid, uuid, text[], text[], text[], text[], date[], integer[], "
    "integer[])": NETWORK_SERIES,
    "parvis_make_sample_months(date, integer)": MAKE_MONTHS,
    "parvis_series(uuid, uuid[], uuid[], uuid[], uuid[], text[], text[], text[], text[], text[], "
    "text[], text, text, date[])": SERIES,
}


def column(name: str, kind: sa.types.TypeEngine[object], *, empty: bool = False) -> sa.Column:
    return sa.Column(name, kind, nullable=empty)


def uuid(name: str, *, empty: bool = False) -> sa.Column:
    return column(name, sa.Uuid(), empty=empty)


def moment(name: str, *, empty: bool = False) -> sa.Column:
    return column(name, MOMENT, empty=empty)


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
        "network_months",
        uuid("workspace_id"),
        uuid("community_id"),
        text("metric"),
        column("starts_on", sa.Date()),
        text("network"),
        column("changes", ARRAY(sa.BigInteger())),
        column("totals", ARRAY(sa.BigInteger())),
        column("known", ARRAY(sa.Integer())),
        column("measured", ARRAY(sa.Integer())),
        text("counted"),
        sa.PrimaryKeyConstraint("workspace_id", "community_id", "metric", "starts_on", "network"),
    )
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
        of("accounts", "account_id", "CASCADE"),
    )
    op.create_index(
        "measurings_due",
        "measurings",
        ["workspace_id", "account_id", "next_at"],
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )


def downgrade() -> None:
    for name in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")
    for table in (
        "measurings",
        "metric_cuts",
        "metric_sources",
        "network_months",
        "tallies",
        "closings",
    ):
        op.drop_table(table)
    op.drop_table("standings")
    op.drop_table("samples")
    op.execute("DROP SCHEMA sample_months")
