"""How many mentions there are, counted as far as somebody wants to know."""

from alembic import op

from migrations.tenancy import APPLICATION

revision = "2026_11_28_1004"
down_revision = "2026_11_28_0934"
branch_labels = None
depends_on = None

NAME = "parvis_inbox_count(uuid, jsonb, boolean, timestamptz, timestamptz, integer)"
# In no order, so that any index will do: the planner sees constants, as for the inbox itself.
COUNT = """
CREATE FUNCTION parvis_inbox_count(ws uuid, filters jsonb, unread boolean, since timestamptz,
    until timestamptz, most integer, OUT counted integer)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM set_config('parvis.workspace', ws::text, true);
    EXECUTE format($counted$
        SELECT count(*) FROM (
            SELECT FROM mentions m
             WHERE m.workspace_id = $1 AND ($2 IS NULL OR m.said_at >= $2)
               AND ($3 IS NULL OR m.said_at < $3) %s
             LIMIT $4) these$counted$, parvis_mention_conditions(filters, unread))
    INTO counted USING ws, since, until, most;
END $$
"""


def upgrade() -> None:
    op.execute(COUNT)
    op.execute(f"REVOKE ALL ON FUNCTION {NAME} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {NAME} TO {APPLICATION}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {NAME}")
