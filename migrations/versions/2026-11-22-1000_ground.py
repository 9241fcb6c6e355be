"""Ground: tenants, the event log, communities, accounts, media, calendars, posts, deliveries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from migrations.tenancy import APPEND_ONLY, APPLICATION, MOMENT, create_tenant_table, kept, of

revision = "2026_11_22_1000"
down_revision = None
branch_labels = None
depends_on = None


DUE = """
CREATE FUNCTION parvis_due(moment timestamptz)
RETURNS TABLE (work text, workspace_id uuid, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT 'deliver', d.workspace_id, min(d.act_at) FROM deliveries d
     WHERE d.act_at <= moment GROUP BY d.workspace_id
    UNION ALL
    SELECT 'connect', a.workspace_id, min(a.connect_at) FROM accounts a
     WHERE a.connect_at <= moment GROUP BY a.workspace_id
    UNION ALL
    SELECT 'read', a.workspace_id, min(a.read_at) FROM accounts a
     WHERE a.read_at <= moment GROUP BY a.workspace_id
    UNION ALL
    SELECT 'measure', a.workspace_id, min(a.measure_at) FROM accounts a
     WHERE a.measure_at <= moment GROUP BY a.workspace_id
    UNION ALL
    SELECT 'check', a.workspace_id, min(a.check_at) FROM accounts a
     WHERE a.check_at <= moment GROUP BY a.workspace_id
$$
"""
NEXT_DUE = """
CREATE FUNCTION parvis_next_due() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT least(
        (SELECT min(act_at) FROM deliveries WHERE act_at IS NOT NULL),
        (SELECT min(connect_at) FROM accounts WHERE connect_at IS NOT NULL),
        (SELECT min(read_at) FROM accounts WHERE read_at IS NOT NULL),
        (SELECT min(measure_at) FROM accounts WHERE measure_at IS NOT NULL),
        (SELECT min(check_at) FROM accounts WHERE check_at IS NOT NULL)
    )
$$
"""
# Invoker's rights: row-level security holds; the tenant is set in the same round trip.
WINDOW = """
CREATE FUNCTION parvis_calendar_window(
    workspace uuid, calendars uuid[], communities uuid[], since timestamptz, until timestamptz,
    after_at timestamptz, after_id uuid, most integer
) RETURNS TABLE (entries text, has_more boolean, last_at timestamptz, last_id uuid)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('parvis.workspace', workspace::text, true);
    RETURN QUERY
    WITH here AS (
        SELECT p.* FROM posts p
         WHERE p.workspace_id = workspace AND p.publish_at >= since AND p.publish_at < until
           AND (calendars IS NULL OR p.calendar_id = ANY (calendars))
           AND (communities IS NULL OR p.community_id = ANY (communities))
           AND (after_at IS NULL OR (p.publish_at, p.id) > (after_at, after_id))
         ORDER BY p.publish_at, p.id LIMIT most + 1
    ), page AS (
        SELECT * FROM here ORDER BY publish_at, id LIMIT most
    ), targets AS (
        SELECT v.post_id, json_agg(json_build_object(
                   'account_id', 'acct_' || replace(v.account_id::text, '-', ''),
                   'network', a.network, 'handle', a.handle) ORDER BY v.id) AS list
          FROM variants v
          JOIN accounts a ON a.workspace_id = v.workspace_id AND a.id = v.account_id
         WHERE v.workspace_id = workspace AND v.post_id IN (SELECT id FROM page)
         GROUP BY v.post_id
    )
    SELECT coalesce(json_agg(json_build_object(
               'id', 'post_' || replace(h.id::text, '-', ''),
               'calendar_id', 'cal_' || replace(h.calendar_id::text, '-', ''),
               'title', h.title, 'text', left(h.text, 280), 'state', h.state,
               'labels', h.labels, 'wall_time', h.wall_time, 'time_zone', h.time_zone,
               'publish_at', to_char(h.publish_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
               'targets', coalesce(t.list, '[]'::json)
           ) ORDER BY h.publish_at, h.id), '[]'::json)::text,
           (SELECT count(*) > most FROM here), max(h.publish_at),
           (array_agg(h.id ORDER BY h.publish_at DESC, h.id DESC))[1]
      FROM page h LEFT JOIN targets t ON t.post_id = h.id;
END $$
"""
BACKLOG = """
CREATE FUNCTION parvis_backlog(OUT overdue bigint, OUT oldest_s double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FILTER (WHERE act_at < now() - interval '5 seconds'),
           coalesce(extract(epoch FROM now() - min(act_at)), 0)
      FROM deliveries WHERE act_at <= now()
$$
"""
WORKSPACES = """
CREATE FUNCTION parvis_workspaces() RETURNS TABLE (workspace_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT workspace_id FROM workspaces
$$
"""


def upgrade() -> None:
    op.execute(f"GRANT USAGE ON SCHEMA public TO {APPLICATION}")
    create_tenant_table(
        "event_counters",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id"),
    )
    create_tenant_table(
        "events",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("data", JSONB(), nullable=False),
        sa.Column("trace", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "number"),
        grants=APPEND_ONLY,
    )
    op.create_index("events_by_age", "events", ["workspace_id", "occurred_at"], unique=False)
    create_tenant_table(
        "kept_answers",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", JSONB(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "actor", "key"),
    )
    op.create_index("kept_answers_by_age", "kept_answers", ["workspace_id", "kept_at"])
    create_tenant_table(
        "media",
        *kept(),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("alt_text", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("media_by_created", "media", ["workspace_id", "created_at", "id"], unique=False)
    create_tenant_table(
        "workspaces",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id"),
    )
    op.create_index(op.f("ix_workspaces_slug"), "workspaces", ["slug"], unique=False)
    create_tenant_table(
        "communities",
        *kept(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("languages", ARRAY(sa.Text()), nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "slug", name="communities_slug"),
    )
    op.create_index(
        "communities_by_created", "communities", ["workspace_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "communities_by_name", "communities", ["workspace_id", "name", "id"], unique=False
    )
    create_tenant_table(
        "members",
        *kept(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "email", name="members_email"),
    )
    create_tenant_table(
        "tokens",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "fingerprint", name="tokens_fingerprint"),
    )
    create_tenant_table(
        "accounts",
        *kept(),
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("problem", JSONB(), nullable=True),
        sa.Column("server", sa.Text(), nullable=True),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.Column("handle", sa.Text(), nullable=True),
        sa.Column("display_name", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("avatar_url", sa.Text(), nullable=True),
        sa.Column("measures", JSONB(), nullable=False),
        sa.Column("sealed_login", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_grant", sa.LargeBinary(), nullable=True),
        sa.Column("grant_expires_at", MOMENT, nullable=True),
        sa.Column("granted_at", MOMENT, nullable=True),
        sa.Column("renewing_until", MOMENT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("inbox_cursor", sa.Text(), nullable=True),
        sa.Column("poll_every_s", sa.Integer(), nullable=False),
        sa.Column("poll_longest_s", sa.Integer(), nullable=True),
        sa.Column("connect_at", MOMENT, nullable=True),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("measure_at", MOMENT, nullable=True),
        sa.Column("check_at", MOMENT, nullable=True),
        sa.Column("last_read_at", MOMENT, nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        of("communities", "community_id"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index(
        "accounts_by_community",
        "accounts",
        ["workspace_id", "community_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "accounts_by_created", "accounts", ["workspace_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "accounts_check_due",
        "accounts",
        ["check_at"],
        unique=False,
        postgresql_where=sa.text("check_at IS NOT NULL"),
    )
    op.create_index(
        "accounts_connect_due",
        "accounts",
        ["connect_at"],
        unique=False,
        postgresql_where=sa.text("connect_at IS NOT NULL"),
    )
    op.create_index(
        "accounts_identity",
        "accounts",
        ["workspace_id", "network", "server", "remote_id"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL AND remote_id IS NOT NULL"),
    )
    op.create_index(
        "accounts_measure_due",
        "accounts",
        ["measure_at"],
        unique=False,
        postgresql_where=sa.text("measure_at IS NOT NULL"),
    )
    op.create_index(
        "accounts_read_due",
        "accounts",
        ["read_at"],
        unique=False,
        postgresql_where=sa.text("read_at IS NOT NULL"),
    )
    create_tenant_table(
        "calendars",
        *kept(),
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        of("communities", "community_id"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index(
        "calendars_by_community",
        "calendars",
        ["workspace_id", "community_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "calendars_by_created", "calendars", ["workspace_id", "created_at", "id"], unique=False
    )
    create_tenant_table(
        "posts",
        *kept(),
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("labels", ARRAY(sa.Text()), nullable=False),
        sa.Column("link_url", sa.Text(), nullable=True),
        sa.Column("media_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("wall_time", sa.DateTime(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("publish_at", MOMENT, nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        of("calendars", "calendar_id"),
        of("communities", "community_id"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index("posts_by_created", "posts", ["workspace_id", "created_at", "id"], unique=False)
    op.create_index("posts_by_moment", "posts", ["workspace_id", "publish_at", "id"], unique=False)
    op.create_index("posts_by_updated", "posts", ["workspace_id", "updated_at", "id"], unique=False)
    op.create_index(
        "posts_in_calendar",
        "posts",
        ["workspace_id", "calendar_id", "publish_at", "id"],
        unique=False,
    )
    op.create_index(
        "posts_in_community",
        "posts",
        ["workspace_id", "community_id", "publish_at", "id"],
        unique=False,
    )
    op.create_index(
        "posts_of_calendar",
        "posts",
        ["workspace_id", "calendar_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "posts_of_community",
        "posts",
        ["workspace_id", "community_id", "created_at", "id"],
        unique=False,
    )
    create_tenant_table(
        "variants",
        *kept(),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("parts", ARRAY(sa.Text()), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("media_ids", ARRAY(sa.Uuid()), nullable=True),
        sa.Column("link_url", sa.Text(), nullable=True),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("content_warning", sa.Text(), nullable=True),
        of("accounts", "account_id"),
        of("posts", "post_id", "CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "post_id", "account_id", name="variants_target"),
    )
    op.create_index(
        "variants_by_account", "variants", ["workspace_id", "account_id", "id"], unique=False
    )
    create_tenant_table(
        "deliveries",
        *kept(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("variant_id", sa.Uuid(), nullable=True),
        sa.Column("undoes_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("act_at", MOMENT, nullable=True),
        sa.Column("content", JSONB(), nullable=True),
        sa.Column("checkpoint", JSONB(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("look_ups", sa.Integer(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("problem", JSONB(), nullable=True),
        sa.Column("refs", JSONB(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("trace", sa.Text(), nullable=True),
        of("accounts", "account_id"),
        of("posts", "post_id"),
        of("variants", "variant_id", "SET NULL (variant_id)"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
    )
    op.create_index(
        "deliveries_by_account", "deliveries", ["workspace_id", "account_id", "id"], unique=False
    )
    op.create_index(
        "deliveries_by_created", "deliveries", ["workspace_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "deliveries_by_post", "deliveries", ["workspace_id", "post_id", "id"], unique=False
    )
    op.create_index(
        "deliveries_by_remote",
        "deliveries",
        ["workspace_id", "account_id", "remote_id"],
        unique=False,
    )
    op.create_index(
        "deliveries_due",
        "deliveries",
        ["act_at"],
        unique=False,
        postgresql_include=["workspace_id"],
        postgresql_where=sa.text("act_at IS NOT NULL"),
    )
    op.create_index(
        "deliveries_due_here",
        "deliveries",
        ["workspace_id", "act_at"],
        unique=False,
        postgresql_where=sa.text("act_at IS NOT NULL"),
    )
    create_tenant_table(
        "attempts",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        of("deliveries", "delivery_id", "CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        grants=APPEND_ONLY,
    )
    op.create_index(
        "attempts_by_delivery", "attempts", ["workspace_id", "delivery_id", "number"], unique=False
    )
    op.execute(WINDOW)
    for name, function in (
        ("parvis_due(timestamptz)", DUE),
        ("parvis_next_due()", NEXT_DUE),
        ("parvis_workspaces()", WORKSPACES),
        ("parvis_backlog()", BACKLOG),
    ):
        op.execute(function)
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {APPLICATION}")


def downgrade() -> None:
    op.execute("DROP FUNCTION parvis_calendar_window")
    op.execute("DROP FUNCTION parvis_backlog()")
    op.execute("DROP FUNCTION parvis_workspaces()")
    op.execute("DROP FUNCTION parvis_next_due()")
    op.execute("DROP FUNCTION parvis_due(timestamptz)")
    op.drop_index("attempts_by_delivery", table_name="attempts")
    op.drop_table("attempts")
    op.drop_index(
        "deliveries_due_here",
        table_name="deliveries",
        postgresql_where=sa.text("act_at IS NOT NULL"),
    )
    op.drop_index(
        "deliveries_due",
        table_name="deliveries",
        postgresql_include=["workspace_id"],
        postgresql_where=sa.text("act_at IS NOT NULL"),
    )
    op.drop_index("deliveries_by_remote", table_name="deliveries")
    op.drop_index("deliveries_by_post", table_name="deliveries")
    op.drop_index("deliveries_by_created", table_name="deliveries")
    op.drop_index("deliveries_by_account", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_index("variants_by_account", table_name="variants")
    op.drop_table("variants")
    op.drop_index("posts_of_community", table_name="posts")
    op.drop_index("posts_of_calendar", table_name="posts")
    op.drop_index("posts_in_community", table_name="posts")
    op.drop_index("posts_in_calendar", table_name="posts")
    op.drop_index("posts_by_updated", table_name="posts")
    op.drop_index("posts_by_moment", table_name="posts")
    op.drop_index("posts_by_created", table_name="posts")
    op.drop_table("posts")
    op.drop_index("calendars_by_created", table_name="calendars")
    op.drop_index("calendars_by_community", table_name="calendars")
    op.drop_table("calendars")
    op.drop_index(
        "accounts_read_due", table_name="accounts", postgresql_where=sa.text("read_at IS NOT NULL")
    )
    op.drop_index(
        "accounts_measure_due",
        table_name="accounts",
        postgresql_where=sa.text("measure_at IS NOT NULL"),
    )
    op.drop_index(
        "accounts_identity",
        table_name="accounts",
        postgresql_where=sa.text("removed_at IS NULL AND remote_id IS NOT NULL"),
    )
    op.drop_index(
        "accounts_connect_due",
        table_name="accounts",
        postgresql_where=sa.text("connect_at IS NOT NULL"),
    )
    op.drop_index(
        "accounts_check_due",
        table_name="accounts",
        postgresql_where=sa.text("check_at IS NOT NULL"),
    )
    op.drop_index("accounts_by_created", table_name="accounts")
    op.drop_index("accounts_by_community", table_name="accounts")
    op.drop_table("accounts")
    op.drop_table("tokens")
    op.drop_table("members")
    op.drop_index("communities_by_name", table_name="communities")
    op.drop_index("communities_by_created", table_name="communities")
    op.drop_table("communities")
    op.drop_index(op.f("ix_workspaces_slug"), table_name="workspaces")
    op.drop_table("workspaces")
    op.drop_index("media_by_created", table_name="media")
    op.drop_table("media")
    op.drop_table("kept_answers")
    op.drop_index("events_by_age", table_name="events")
    op.drop_table("events")
    op.drop_table("event_counters")
    op.execute(f"REVOKE USAGE ON SCHEMA public FROM {APPLICATION}")
