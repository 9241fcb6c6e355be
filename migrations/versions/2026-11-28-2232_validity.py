"""Until when the words of a post hold, by value with the post: nothing of it goes out then.

What the code before this sets as an end meanwhile is told as before, and kept nobody from anything.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_2232"
down_revision = "2026_11_28_2218"
branch_labels = None
depends_on = None

BEFORE = """
CREATE FUNCTION parvis_judge(
    house uuid, asked uuid[], OUT on_hold boolean, OUT paused boolean, OUT has_policies boolean
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(house::text, 4));
    SELECT EXISTS (SELECT FROM posts WHERE workspace_id = house AND id = ANY (asked)
                      AND held_at IS NOT NULL),
           EXISTS (SELECT FROM pauses WHERE workspace_id = house AND ended_at IS NULL),
           EXISTS (SELECT FROM approval_policies WHERE workspace_id = house)
      INTO on_hold, paused, has_policies;
END $$
"""
# As before, and whether the words of any hold only until a moment.
JUDGE = """
CREATE FUNCTION parvis_judge(
    house uuid, asked uuid[], OUT on_hold boolean, OUT may_expire boolean, OUT paused boolean,
    OUT has_policies boolean
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(house::text, 4));
    SELECT coalesce(bool_or(held_at IS NOT NULL), false),
           coalesce(bool_or(valid_until_at IS NOT NULL), false),
           EXISTS (SELECT FROM pauses WHERE workspace_id = house AND ended_at IS NULL),
           EXISTS (SELECT FROM approval_policies WHERE workspace_id = house)
      INTO on_hold, may_expire, paused, has_policies
      FROM posts WHERE workspace_id = house AND id = ANY (asked);
END $$
"""
DROP = "DROP FUNCTION parvis_judge(uuid, uuid[])"
FILL = """
UPDATE posts p SET valid_until_at = u.valid_until_at
  FROM upkeeps u
 WHERE u.workspace_id = p.workspace_id AND u.id = p.id AND u.valid_until_at IS NOT NULL
"""


def upgrade() -> None:
    op.add_column("posts", sa.Column("valid_until_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(FILL)
    op.execute(DROP)
    op.execute(JUDGE)


def downgrade() -> None:
    op.execute(DROP)
    op.execute(BEFORE)
    op.drop_column("posts", "valid_until_at")
