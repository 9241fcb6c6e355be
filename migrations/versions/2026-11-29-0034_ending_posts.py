"""Posts whose words hold only until a moment are found alone, as those on legal hold are.

Whoever is to publish read all the posts it claimed to learn that the words of none will end.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_0034"
down_revision = "2026_11_28_2316"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE OR REPLACE FUNCTION parvis_judge(
    house uuid, asked uuid[], OUT on_hold boolean, OUT may_expire boolean, OUT paused boolean,
    OUT has_policies boolean
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(house::text, 4));
    SELECT {ends},
           EXISTS (SELECT FROM pauses WHERE workspace_id = house AND ended_at IS NULL),
           EXISTS (SELECT FROM approval_policies WHERE workspace_id = house)
      INTO on_hold, may_expire, paused, has_policies{source};
END $$
"""
ALL = FUNCTION.format(
    ends="""coalesce(bool_or(held_at IS NOT NULL), false),
           coalesce(bool_or(valid_until_at IS NOT NULL), false)""",
    source="""
      FROM posts WHERE workspace_id = house AND id = ANY (asked)""",
)
FEW = FUNCTION.format(
    ends="""EXISTS (SELECT FROM posts WHERE workspace_id = house AND id = ANY (asked)
                      AND held_at IS NOT NULL),
           EXISTS (SELECT FROM posts WHERE workspace_id = house AND id = ANY (asked)
                      AND valid_until_at IS NOT NULL)""",
    source="",
)


def upgrade() -> None:
    op.create_index(
        "posts_ending",
        "posts",
        ["workspace_id", "id"],
        postgresql_where=sa.text("valid_until_at IS NOT NULL"),
    )
    op.execute(FEW)


def downgrade() -> None:
    op.execute(ALL)
    op.drop_index("posts_ending", "posts")
