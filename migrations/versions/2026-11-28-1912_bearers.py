"""A token with all that says what it may do, as every request asks for it: in one round trip."""

from alembic import op

from migrations.tenancy import APPLICATION

revision = "2026_11_28_1912"
down_revision = "2026_11_28_1906"
branch_labels = None
depends_on = None

SIGNATURE = "parvis_bearer(uuid, bytea)"
# None for what was revoked with its grant or authorisation, and for applications that are
# suspended or gone.
BEARER = """
CREATE FUNCTION parvis_bearer(ws uuid, print bytea) RETURNS TABLE (
    id uuid, scopes text[], communities uuid[], addresses text[], member_id uuid,
    application_workspace_id uuid, application_id uuid, grant_id uuid, expires_at timestamptz,
    last_used_at timestamptz, granted_scopes text[], granted_communities uuid[],
    application_scopes text[], role text, role_id uuid, member_communities uuid[],
    role_scopes text[], ahead interval)
LANGUAGE plpgsql STABLE ROWS 1 AS $$
BEGIN
    PERFORM set_config('parvis.workspace', ws::text, true);
    RETURN QUERY
    SELECT t.id, t.scopes, t.communities, t.addresses, t.member_id, t.application_workspace_id,
           t.application_id, t.grant_id, t.expires_at, t.last_used_at, g.scopes, g.communities,
           a.scopes, m.role, m.role_id, m.communities, r.scopes, c.ahead
      FROM tokens t
      LEFT JOIN grants g ON g.workspace_id = ws AND g.id = t.grant_id
      LEFT JOIN authorisations u ON u.workspace_id = ws AND u.id = t.authorisation_id
      LEFT JOIN members m ON m.workspace_id = ws AND m.id = t.member_id
      LEFT JOIN roles r ON r.workspace_id = ws AND r.id = m.role_id
      LEFT JOIN test_clocks c ON c.workspace_id = ws
     CROSS JOIN LATERAL (
           SELECT coalesce(t.application_workspace_id, g.application_workspace_id) AS owner,
                  coalesce(t.application_id, g.application_id) AS application) AS p
     CROSS JOIN LATERAL (
           SELECT CASE WHEN p.application IS NOT NULL
                       THEN parvis_application_scopes(p.owner, p.application) END AS scopes) AS a
     WHERE t.workspace_id = ws AND t.fingerprint = print
       AND t.revoked_at IS NULL AND g.revoked_at IS NULL AND u.revoked_at IS NULL
       AND (p.application IS NULL OR a.scopes IS NOT NULL);
END $$
"""


def upgrade() -> None:
    op.execute(BEARER)
    op.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {APPLICATION}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {SIGNATURE}")
