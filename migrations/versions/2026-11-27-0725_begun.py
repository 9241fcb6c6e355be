"""Whether a delivery began to be sent, kept with its checkpoints in one round trip.

Nothing is kept for a worker whose claim is over: another may have the delivery by now. What the
code before this claimed counts as begun; its own function stays for it.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_0725"
down_revision = "2026_11_27_0720"
branch_labels = None
depends_on = None

KEEP = """
CREATE FUNCTION parvis_keep_steps(
    ws uuid, ids uuid[], versions int[], firsts boolean[], checkpoints text[]
) RETURNS SETOF uuid LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('parvis.workspace', ws::text, true);
    RETURN QUERY
    WITH mine AS MATERIALIZED (
        SELECT d.id, sent.value
          FROM unnest(ids, versions, firsts, checkpoints) AS sent (id, version, is_first, value)
          JOIN deliveries d ON d.workspace_id = ws AND d.id = sent.id
           AND CASE d.state WHEN 'going' THEN d.version = sent.version
                            WHEN 'unknown' THEN NOT sent.is_first ELSE false END
         ORDER BY d.id FOR UPDATE OF d
    )
    UPDATE deliveries d
       SET is_begun = true, checkpoint = coalesce(CAST(mine.value AS jsonb), d.checkpoint)
      FROM mine WHERE d.workspace_id = ws AND d.id = mine.id
    RETURNING d.id;
END $$
"""


def upgrade() -> None:
    op.add_column(
        "deliveries",
        sa.Column("is_begun", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.execute(KEEP)


def downgrade() -> None:
    op.execute("DROP FUNCTION parvis_keep_steps(uuid, uuid[], int[], boolean[], text[])")
    op.drop_column("deliveries", "is_begun")
