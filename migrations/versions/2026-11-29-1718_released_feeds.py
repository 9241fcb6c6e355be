"""Links to calendars go with whoever made them, once they may not see the calendar any more.

The code before passes over what it does not know of what is released.
"""

from importlib import import_module

from alembic import op

revision = "2026_11_29_1718"
down_revision = "2026_11_29_1712"
branch_labels = None
depends_on = None

BEFORE = import_module("migrations.versions.2026-11-28-2241_released")
DROP = "DROP FUNCTION parvis_release(uuid, uuid, timestamptz, boolean, text[], uuid[])"
FEEDS = """
    RETURN QUERY
    DELETE FROM calendar_feeds f USING calendars c
     WHERE f.workspace_id = house AND f.made_by = member
       AND c.workspace_id = house AND c.id = f.calendar_id
       AND NOT ('calendars:read' = ANY (scopes) AND (sees IS NULL OR c.community_id = ANY (sees)))
    RETURNING 'calendar_feed', f.id, ARRAY[f.calendar_id], jsonb_build_object(
        'name', f.name, 'shows_drafts', f.shows_drafts, 'shows_text', f.shows_text);
END $$
"""
CHANGES = {
    "others uuid[])": "others uuid[], told jsonb)",
    "'{}'::uuid[];": "'{}'::uuid[], NULL::jsonb;",
    "r.id, r.member_ids;": "r.id, r.member_ids, NULL::jsonb;",
    "i.id, i.expert_ids;": "i.id, i.expert_ids, NULL::jsonb;",
    "END $$\n": FEEDS,
}


def upgrade() -> None:
    release = BEFORE.RELEASE
    for old, new in CHANGES.items():
        release = release.replace(old, new)
    op.execute(DROP)
    op.execute(release)


def downgrade() -> None:
    op.execute(DROP)
    op.execute(BEFORE.RELEASE)
