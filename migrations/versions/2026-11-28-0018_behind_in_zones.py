"""Workers ask which workspaces are behind the rules of zones, in place of visiting them all."""

from alembic import op

from migrations.tenancy import APPLICATION

revision = "2026_11_28_0018"
down_revision = "2026_11_27_2310"
branch_labels = None
depends_on = None

BEHIND = "parvis_behind_in_zones(text, timestamptz)"
# A workspace of a test clock that is ahead tries again by its own time.
SAYS = """
CREATE FUNCTION parvis_behind_in_zones(rules text, moment timestamptz)
RETURNS TABLE (workspace_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT w.workspace_id FROM workspaces w
 WHERE NOT EXISTS (
    SELECT FROM zone_rules z WHERE z.workspace_id = w.workspace_id AND z.version >= rules
 ) OR EXISTS (
    SELECT FROM setbacks s LEFT JOIN test_clocks c ON c.workspace_id = s.workspace_id
     WHERE s.workspace_id = w.workspace_id AND s.work = 'replan'
       AND s.next_at <= moment + coalesce(c.ahead, interval '0')
 )
 ORDER BY w.workspace_id
$$
"""


def upgrade() -> None:
    op.execute(SAYS)
    op.execute(f"REVOKE ALL ON FUNCTION {BEHIND} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {BEHIND} TO {APPLICATION}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {BEHIND}")
