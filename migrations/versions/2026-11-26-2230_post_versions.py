"""What posts said before: a version for every change of their words."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from migrations.tenancy import APPEND_ONLY, MOMENT, create_tenant_table, hold, of

revision = "2026_11_26_2230"
down_revision = "2026_11_26_2140"
branch_labels = None
depends_on = None

OF_POST = """EXISTS (SELECT 1 FROM posts p
    WHERE p.workspace_id = post_versions.workspace_id AND p.id = post_versions.post_id)"""
# What posts say now is the first version of those that were there before.
AS_THEY_ARE = """
INSERT INTO post_versions (workspace_id, id, post_id, number, actor, created_at, title, text,
                           language, labels, link_url, media_ids, variants)
SELECT p.workspace_id, p.id, p.id, p.version, 'worker', p.updated_at, p.title, p.text, p.language,
       p.labels, p.link_url, p.media_ids, coalesce((
           SELECT jsonb_agg(jsonb_build_object(
                      'account_id', 'acct_' || replace(v.account_id::text, '-', ''),
                      'parts', to_jsonb(v.parts), 'language', v.language,
                      'media_ids', (SELECT jsonb_agg('med_' || replace(m::text, '-', ''))
                                      FROM unnest(v.media_ids) m),
                      'link_url', v.link_url, 'visibility', v.visibility,
                      'content_warning', v.content_warning) ORDER BY v.id)
             FROM variants v WHERE v.workspace_id = p.workspace_id AND v.post_id = p.id), '[]')
  FROM posts p
"""


def upgrade() -> None:
    create_tenant_table(
        "post_versions",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("labels", ARRAY(sa.Text()), nullable=False),
        sa.Column("link_url", sa.Text(), nullable=True),
        sa.Column("media_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("variants", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "post_id", "number", name="post_versions_once"),
        of("posts", "post_id", "CASCADE"),
        grants=APPEND_ONLY,
    )
    op.create_index("post_versions_of_post", "post_versions", ["workspace_id", "post_id", "id"])
    op.execute(AS_THEY_ARE)
    hold("post_versions", OF_POST)


def downgrade() -> None:
    op.drop_table("post_versions")
