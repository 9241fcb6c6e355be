"""Mentions from before lose titles of other communities' posts, and what is deleted is not open.

A walk along the key, five thousand rows a transaction: whoever writes mentions waits for no more.
Begun again it walks again and finds less.
"""

from uuid import UUID

from alembic import op
from sqlalchemy import Connection, text

revision = "2026_11_28_2218"
down_revision = "2026_11_28_2217"
branch_labels = None
depends_on = None

AT_ONCE = 5000
WALK = text("""
WITH page AS MATERIALIZED (
    SELECT workspace_id, id, post_id, community_id FROM mentions
     WHERE (workspace_id, id) > (:workspace, :id) ORDER BY workspace_id, id LIMIT :most
), judged AS (
    SELECT page.*, coalesce(p.community_id <> page.community_id, false) AS is_foreign
      FROM page LEFT JOIN posts p ON p.workspace_id = page.workspace_id AND p.id = page.post_id
), mended AS (
    UPDATE mentions m
       SET status = CASE WHEN m.deleted_at IS NOT NULL AND m.status = 'open' THEN 'gone'
                         ELSE m.status END,
           post_title = CASE WHEN is_foreign THEN NULL ELSE m.post_title END
      FROM judged
     WHERE m.workspace_id = judged.workspace_id AND m.id = judged.id
       AND (is_foreign AND m.post_title IS NOT NULL
            OR m.deleted_at IS NOT NULL AND m.status = 'open')
)
SELECT workspace_id, id FROM page ORDER BY workspace_id DESC, id DESC LIMIT 1
""")


def upgrade() -> None:
    with op.get_context().autocommit_block():
        _walk(op.get_bind())
    op.execute("SET LOCAL lock_timeout = '5s'")


def downgrade() -> None:
    """What another community's posts are called is not told again."""


def _walk(connection: Connection) -> None:
    at: tuple[UUID, UUID] | None = (UUID(int=0), UUID(int=0))
    while at is not None:
        told = {"workspace": at[0], "id": at[1], "most": AT_ONCE}
        found = connection.execute(WALK, told).one_or_none()
        at = None if found is None else (found.workspace_id, found.id)
