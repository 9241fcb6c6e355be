"""Entries of the calendar window show the version of their post, its pillar and its campaign.

Under names of their own: the code before reads entries that have nothing more than it knows.
"""

from alembic import op

revision = "2026_11_28_0934"
down_revision = "2026_11_28_0653"
branch_labels = None
depends_on = None

NAMES = {
    "parvis_calendar_window": "parvis_calendar_entries",
    "parvis_calendar_window_of": "parvis_calendar_entries_of",
}
READ = "p.wall_time, p.time_zone, p.publish_at FROM posts p"
READ_MORE = (
    "p.wall_time, p.time_zone, p.publish_at, p.version, p.pillar_id, p.campaign_id FROM posts p"
)
SHOWN = "'title', h.title,"
SHOWN_MORE = """'pillar_id', 'pil_' || replace(h.pillar_id::text, '-', ''),
               'campaign_id', 'cam_' || replace(h.campaign_id::text, '-', ''),
               'version', h.version, 'title', h.title,"""
# Of narrowed windows the newest: an older one, without words, serves older code.
WRITE = """
DO $do$ BEGIN
    EXECUTE (
        SELECT replace(replace(replace(pg_get_functiondef(oid),
                   $s$public.{before}($s$, $s$public.{after}($s$), $s${read}$s$, $s${read_more}$s$),
                   $s${shown}$s$, $s${shown_more}$s$)
          FROM pg_proc WHERE proname = '{before}' AND pronamespace = 'public'::regnamespace
         ORDER BY pronargs DESC LIMIT 1);
END $do$
"""
DROP = """
DO $do$ BEGIN
    EXECUTE (SELECT 'DROP FUNCTION ' || oid::regprocedure FROM pg_proc
              WHERE proname = '{after}' AND pronamespace = 'public'::regnamespace);
END $do$
"""


def upgrade() -> None:
    for before, after in NAMES.items():
        op.execute(
            WRITE.format(
                before=before,
                after=after,
                read=READ,
                read_more=READ_MORE,
                shown=SHOWN,
                shown_more=SHOWN_MORE,
            )
        )


def downgrade() -> None:
    for after in NAMES.values():
        op.execute(DROP.format(after=after))
