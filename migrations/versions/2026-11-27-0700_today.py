"""The last day that has begun in a workspace: where a series ends when nobody says."""

from alembic import op

from migrations.tenancy import APPLICATION

revision = "2026_11_27_0700"
down_revision = "2026_11_27_0420"
branch_labels = None
depends_on = None

NAME = "parvis_today(uuid, timestamptz)"
TODAY = """
CREATE FUNCTION parvis_today(workspace uuid, moment timestamptz) RETURNS date
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('parvis.workspace', workspace::text, true);
    RETURN (SELECT max((moment AT TIME ZONE places.time_zone)::date)
              FROM (SELECT time_zone FROM communities WHERE workspace_id = workspace
                     UNION SELECT time_zone FROM calendars WHERE workspace_id = workspace) places);
END $$
"""


def upgrade() -> None:
    op.execute(TODAY)
    op.execute(f"REVOKE ALL ON FUNCTION {NAME} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {NAME} TO {APPLICATION}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {NAME}")
