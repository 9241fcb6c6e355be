"""What stands with a member who may no longer see it is released, whatever floor it is of.

A function, as the floor of members knows no mentions, reviews or posts. The code before calls none.
"""

from alembic import op

revision = "2026_11_28_2241"
down_revision = "2026_11_28_2232"
branch_labels = None
depends_on = None

# Mentions are locked in the order of whoever marks many of them: `domain/mentions/service.py`.
RELEASE = """
CREATE FUNCTION parvis_release(
    house uuid, member uuid, at timestamptz, stays boolean, scopes text[], sees uuid[]
) RETURNS TABLE (what text, id uuid, others uuid[]) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    WITH theirs AS (
        SELECT m.id FROM mentions m
         WHERE m.workspace_id = house AND m.assigned_to = member
           AND NOT ('mentions:read' = ANY (scopes)
                    AND (sees IS NULL OR m.community_id = ANY (sees)))
         ORDER BY m.id FOR UPDATE
    )
    UPDATE mentions m SET assigned_to = NULL, version = m.version + 1, updated_at = at
      FROM theirs WHERE m.workspace_id = house AND m.id = theirs.id
    RETURNING 'mention', m.id, '{}'::uuid[];

    RETURN QUERY
    UPDATE upkeeps u SET checker_id = NULL, version = u.version + 1, updated_at = at
     WHERE u.workspace_id = house AND u.checker_id = member
       AND NOT ('posts:read' = ANY (scopes) AND (sees IS NULL OR u.community_id = ANY (sees)))
    RETURNING 'upkeep', u.id, '{}'::uuid[];

    RETURN QUERY
    UPDATE reviews r SET member_ids = array_remove(r.member_ids, member),
                         version = r.version + 1, updated_at = at
     WHERE r.workspace_id = house AND r.state = 'open' AND member = ANY (r.member_ids)
       AND NOT ('posts:approve' = ANY (scopes) AND (sees IS NULL OR r.community_id = ANY (sees)))
    RETURNING 'review', r.id, r.member_ids;

    -- Whoever knows about an idea need not see it, but must be of the house.
    RETURN QUERY
    UPDATE ideas i SET expert_ids = array_remove(i.expert_ids, member),
                       version = i.version + 1, updated_at = at
     WHERE i.workspace_id = house AND member = ANY (i.expert_ids) AND NOT stays
    RETURNING 'idea', i.id, i.expert_ids;
END $$
"""


def upgrade() -> None:
    op.execute(RELEASE)


def downgrade() -> None:
    op.execute("DROP FUNCTION parvis_release(uuid, uuid, timestamptz, boolean, text[], uuid[])")
