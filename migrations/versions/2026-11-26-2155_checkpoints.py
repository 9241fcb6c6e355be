"""Checkpoints are kept in one round trip: a post waits for its own before every call."""

from alembic import op

revision = "2026_11_26_2155"
down_revision = "2026_11_26_2120"
branch_labels = None
depends_on = None

KEEP = """
CREATE FUNCTION parvis_keep_checkpoints(ws uuid, ids uuid[], checkpoints text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('parvis.workspace', ws::text, true);
    WITH mine AS MATERIALIZED (
        SELECT d.id, sent.value
          FROM unnest(ids, checkpoints) AS sent (id, value)
          JOIN deliveries d ON d.workspace_id = ws AND d.id = sent.id
         ORDER BY d.id FOR UPDATE OF d
    )
    UPDATE deliveries d SET checkpoint = CAST(mine.value AS jsonb)
      FROM mine WHERE d.workspace_id = ws AND d.id = mine.id;
END $$
"""


def upgrade() -> None:
    op.execute(KEEP)


def downgrade() -> None:
    op.execute("DROP FUNCTION parvis_keep_checkpoints(uuid, uuid[], text[])")
