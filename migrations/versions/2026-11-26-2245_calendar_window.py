"""The calendar window by the index of its moments, its targets by the posts of the page alone."""

from alembic import op

revision = "2026_11_26_2245"
down_revision = "2026_11_26_2240"
branch_labels = None
depends_on = None

GIVEN = """workspace uuid, calendars uuid[], communities uuid[], since timestamptz,
    until timestamptz, after_at timestamptz, after_id uuid, most integer"""
# A page begins behind its edge; the first one begins behind everything before `since`.
PAGE = """
    RETURN QUERY
    WITH here AS MATERIALIZED (
        SELECT p.id, p.calendar_id, p.title, left(p.text, 280) AS text, p.state, p.labels,
               p.wall_time, p.time_zone, p.publish_at FROM posts p
         WHERE p.workspace_id = workspace AND p.publish_at < until
           AND (p.publish_at, p.id) > (edge_at, edge_id) {where}
         ORDER BY p.publish_at, p.id LIMIT most + 1
    ), page AS (
        SELECT * FROM here ORDER BY publish_at, id LIMIT most
    )
    SELECT coalesce(json_agg(json_build_object(
               'id', 'post_' || replace(h.id::text, '-', ''),
               'calendar_id', 'cal_' || replace(h.calendar_id::text, '-', ''),
               'title', h.title, 'text', h.text, 'state', h.state,
               'labels', h.labels, 'wall_time', h.wall_time, 'time_zone', h.time_zone,
               'publish_at', to_char(h.publish_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
               'targets', coalesce(t.list, '[]'::json)
           ) ORDER BY h.publish_at, h.id), '[]'::json)::text,
           (SELECT count(*) > most FROM here), max(h.publish_at),
           (array_agg(h.id ORDER BY h.publish_at DESC, h.id DESC))[1]
      FROM page h, LATERAL (
           SELECT json_agg(json_build_object(
                      'account_id', 'acct_' || replace(v.account_id::text, '-', ''),
                      'network', a.network, 'handle', a.handle) ORDER BY v.id) AS list
             FROM variants v, LATERAL (SELECT network, handle FROM accounts
                   WHERE workspace_id = workspace AND id = v.account_id LIMIT 1) a
            WHERE v.workspace_id = workspace AND v.post_id = h.id) t;
"""
OF_CALENDAR = PAGE.format(where="AND p.calendar_id = calendars[1]")
OF_COMMUNITY = PAGE.format(where="AND p.community_id = communities[1]")
OF_ANY = PAGE.format(
    where="""AND (calendars IS NULL OR p.calendar_id = ANY (calendars))
           AND (communities IS NULL OR p.community_id = ANY (communities))"""
)
WINDOW = f"""
CREATE OR REPLACE FUNCTION parvis_calendar_window({GIVEN})
RETURNS TABLE (entries text, has_more boolean, last_at timestamptz, last_id uuid)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    edge_at timestamptz := coalesce(after_at, since - interval '1 microsecond');
    edge_id uuid := coalesce(after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
BEGIN
    PERFORM set_config('parvis.workspace', workspace::text, true);
    IF cardinality(calendars) = 1 AND communities IS NULL THEN {OF_CALENDAR}
    ELSIF cardinality(communities) = 1 AND calendars IS NULL THEN {OF_COMMUNITY}
    ELSE {OF_ANY}
    END IF;
END $$
"""
BEFORE = f"""
CREATE OR REPLACE FUNCTION parvis_calendar_window({GIVEN})
RETURNS TABLE (entries text, has_more boolean, last_at timestamptz, last_id uuid)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    edge_at timestamptz := coalesce(after_at, since - interval '1 microsecond');
    edge_id uuid := coalesce(after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
BEGIN
    PERFORM set_config('parvis.workspace', workspace::text, true);
    {OF_ANY}
END $$
"""


def upgrade() -> None:
    op.execute(WINDOW)


def downgrade() -> None:
    # Answers the same as the function before; how it went about it is not brought back.
    op.execute(BEFORE)
