"""A calendar window narrowed by what stands in it; the plain one keeps its own function."""

from alembic import op

revision = "2026_11_27_1340"
down_revision = "2026_11_27_1334"
branch_labels = None
depends_on = None

NARROWED = """
CREATE FUNCTION parvis_calendar_window_of(
    workspace uuid, calendars uuid[], communities uuid[], since timestamptz, until timestamptz,
    after_at timestamptz, after_id uuid, most integer, states text[], pillars uuid[],
    campaigns uuid[], labels_of text[], said_by uuid[], networks text[])
RETURNS TABLE (entries text, has_more boolean, last_at timestamptz, last_id uuid)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    edge_at timestamptz := coalesce(after_at, since - interval '1 microsecond');
    edge_id uuid := coalesce(after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
BEGIN
    PERFORM set_config('parvis.workspace', workspace::text, true);
    RETURN QUERY
    WITH here AS MATERIALIZED (
        SELECT p.id, p.calendar_id, p.title, left(p.text, 280) AS text, p.state, p.labels,
               p.wall_time, p.time_zone, p.publish_at FROM posts p
         WHERE p.workspace_id = workspace AND p.publish_at < until
           AND (p.publish_at, p.id) > (edge_at, edge_id)
           AND (calendars IS NULL OR p.calendar_id = ANY (calendars))
           AND (communities IS NULL OR p.community_id = ANY (communities))
           AND (states IS NULL OR p.state = ANY (states))
           AND (pillars IS NULL OR p.pillar_id = ANY (pillars))
           AND (campaigns IS NULL OR p.campaign_id = ANY (campaigns))
           AND (labels_of IS NULL OR p.labels && labels_of)
           AND (said_by IS NULL OR EXISTS (
                SELECT FROM variants v WHERE v.workspace_id = workspace AND v.post_id = p.id
                   AND v.account_id = ANY (said_by)))
           AND (networks IS NULL OR EXISTS (
                SELECT FROM variants v JOIN accounts a
                    ON a.workspace_id = workspace AND a.id = v.account_id
                 WHERE v.workspace_id = workspace AND v.post_id = p.id
                   AND a.network = ANY (networks)))
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
END $$
"""


def upgrade() -> None:
    op.execute(NARROWED)


def downgrade() -> None:
    op.execute("DROP FUNCTION parvis_calendar_window_of")
