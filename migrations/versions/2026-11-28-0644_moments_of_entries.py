"""Entries of the calendar window show their moments whole, as posts do.

Without its fraction of a second, the moment of what was published at once made a cursor of the
graph that lay before the entry itself: it came again on every page.
"""

from alembic import op

revision = "2026_11_28_0644"
down_revision = "2026_11_28_0018"
branch_labels = None
depends_on = None

CUT = """to_char(h.publish_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
WHOLE = "parvis_moment(h.publish_at)::json"
# Narrowed windows have two: of this code, and of the code before it searched words.
REWRITE = """
DO $do$ DECLARE written text; BEGIN
    FOR written IN
        SELECT pg_get_functiondef(oid) FROM pg_proc
         WHERE proname IN ('parvis_calendar_window', 'parvis_calendar_window_of')
           AND pronamespace = 'public'::regnamespace
    LOOP
        EXECUTE replace(written, $s${before}$s$, $s${after}$s$);
    END LOOP;
END $do$
"""


def upgrade() -> None:
    op.execute(REWRITE.format(before=CUT, after=WHOLE))


def downgrade() -> None:
    op.execute(REWRITE.format(before=WHOLE, after=CUT))
