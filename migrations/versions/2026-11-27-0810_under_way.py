"""Whether a step of a delivery is under way, kept with its checkpoints in one round trip.

Until now what had begun once counted as begun for good, though its checkpoint told of all that was
sent. The function of the code before this stays for it: that code says once alone that it begins.
"""

from alembic import op

revision = "2026_11_27_0810"
down_revision = "2026_11_27_0800"
branch_labels = None
depends_on = None

KEEP = """
CREATE FUNCTION parvis_keep_progress(
    ws uuid, ids uuid[], versions int[], beginnings boolean[], checkpoints text[]
) RETURNS SETOF uuid LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('parvis.workspace', ws::text, true);
    RETURN QUERY
    WITH mine AS MATERIALIZED (
        SELECT d.id, sent.begins, sent.value
          FROM unnest(ids, versions, beginnings, checkpoints) AS sent (id, version, begins, value)
          JOIN deliveries d ON d.workspace_id = ws AND d.id = sent.id
           AND CASE d.state WHEN 'going' THEN d.version = sent.version
                            WHEN 'unknown' THEN NOT sent.begins ELSE false END
         ORDER BY d.id FOR UPDATE OF d
    )
    UPDATE deliveries d
       SET is_begun = mine.begins, checkpoint = coalesce(CAST(mine.value AS jsonb), d.checkpoint)
      FROM mine WHERE d.workspace_id = ws AND d.id = mine.id
    RETURNING d.id;
END $$
"""


def upgrade() -> None:
    op.execute(KEEP)


def downgrade() -> None:
    op.execute("DROP FUNCTION parvis_keep_progress(uuid, uuid[], int[], boolean[], text[])")
