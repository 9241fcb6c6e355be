"""What may hold back what goes out, and steps of several workspaces: one round trip for each.

The code before this goes on to ask one by one, and to keep steps workspace by workspace.
"""

from alembic import op

revision = "2026_11_28_2019"
down_revision = "2026_11_28_2018"
branch_labels = None
depends_on = None

# The lock of who lets messages out comes before the statement that reads what another transaction
# has begun meanwhile: `domain/pauses/queries.py`.
JUDGE = """
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
# As `parvis_keep_progress` does for one.
KEEP_STEPS = """
CREATE FUNCTION parvis_keep_progress_of(
    houses uuid[], ids uuid[], versions int[], beginnings boolean[], checkpoints text[]
) RETURNS SETOF uuid LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    house uuid;
BEGIN
    FOR house IN SELECT DISTINCT unnest(houses) ORDER BY 1 LOOP
        PERFORM set_config('parvis.workspace', house::text, true);
        RETURN QUERY
        WITH mine AS MATERIALIZED (
            SELECT d.id, sent.begins, sent.value
              FROM unnest(houses, ids, versions, beginnings, checkpoints)
                   AS sent (whose, id, version, begins, value)
              JOIN deliveries d ON d.workspace_id = sent.whose AND d.id = sent.id
               AND d.workspace_id = house
               AND CASE d.state WHEN 'going' THEN d.version = sent.version
                                WHEN 'unknown' THEN NOT sent.begins ELSE false END
             ORDER BY d.id FOR UPDATE OF d
        )
        UPDATE deliveries d
           SET is_begun = mine.begins,
               checkpoint = coalesce(CAST(mine.value AS jsonb), d.checkpoint)
          FROM mine WHERE d.workspace_id = house AND d.id = mine.id
        RETURNING d.id;
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute(JUDGE)
    op.execute(KEEP_STEPS)


def downgrade() -> None:
    op.execute("DROP FUNCTION parvis_judge(uuid, uuid[])")
    op.execute("DROP FUNCTION parvis_keep_progress_of(uuid[], uuid[], int[], boolean[], text[])")
