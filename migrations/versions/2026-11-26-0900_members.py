"""Members: the user who sits there, and the communities they are held to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from migrations.tenancy import APPLICATION

revision = "2026_11_26_0900"
down_revision = "2026_11_22_1200"
branch_labels = None
depends_on = None

# A user has no tenant: which workspaces they may enter is asked before one is chosen.
MEMBERSHIPS = """
CREATE FUNCTION parvis_memberships(sitting uuid)
RETURNS TABLE (workspace_id uuid, workspace_name text, slug text, member_id uuid, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.workspace_id, w.name, w.slug, m.id, m.role
      FROM members m JOIN workspaces w ON w.workspace_id = m.workspace_id
     WHERE m.user_id = sitting
     ORDER BY w.name, m.workspace_id
$$
"""
NAME = "parvis_memberships(uuid)"


def upgrade() -> None:
    op.add_column("members", sa.Column("user_id", sa.Uuid(), nullable=True))
    op.add_column("members", sa.Column("communities", ARRAY(sa.Uuid()), nullable=True))
    op.create_unique_constraint("members_user", "members", ["workspace_id", "user_id"])
    op.create_index("members_by_user", "members", ["user_id"])
    op.execute(MEMBERSHIPS)
    op.execute(f"REVOKE ALL ON FUNCTION {NAME} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {NAME} TO {APPLICATION}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {NAME}")
    op.drop_index("members_by_user", "members")
    op.drop_constraint("members_user", "members")
    op.drop_column("members", "communities")
    op.drop_column("members", "user_id")
