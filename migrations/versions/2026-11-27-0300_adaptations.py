"""Posts are adapted for networks, locales, segments and tones; accounts and targets name theirs."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from migrations.tenancy import TENANT, create_tenant_table, hold, kept, of

revision = "2026_11_27_0300"
down_revision = "2026_11_27_0600"
branch_labels = None
depends_on = None

AUDIENCE = ("locale", "segment", "tone")
OF_POST = """EXISTS (SELECT 1 FROM posts p
    WHERE p.workspace_id = adaptations.workspace_id AND p.id = adaptations.post_id)"""
BEFORE = import_module("migrations.versions.2026-11-26-2156_recurring_media")
SHOWS_ADAPTED = f"""
        OR EXISTS (SELECT 1 FROM adaptations
                    WHERE workspace_id = {TENANT} AND media_id = ANY (media_ids))
"""


def shows_media(*more: str) -> str:
    """The function that says whether a picture is in use, with more places to look at."""
    head, _, tail = BEFORE.SHOWS_MEDIA.rstrip().rpartition("$$")
    return f"{head.rstrip()}{''.join(more)}$${tail}"


def upgrade() -> None:
    for table in ("accounts", "variants"):
        for name in AUDIENCE:
            op.add_column(table, sa.Column(name, sa.Text(), nullable=True))
    create_tenant_table(
        "adaptations",
        *kept(),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("network", *AUDIENCE)),
        sa.Column("parts", ARRAY(sa.Text()), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("media_ids", ARRAY(sa.Uuid()), nullable=True),
        sa.Column("link_url", sa.Text(), nullable=True),
        sa.Column("content_warning", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint(
            "workspace_id",
            "post_id",
            "network",
            *AUDIENCE,
            name="adaptations_once",
            postgresql_nulls_not_distinct=True,
        ),
        of("posts", "post_id", "CASCADE"),
    )
    hold("adaptations", OF_POST)
    op.add_column(
        "post_versions", sa.Column("adaptations", JSONB(), nullable=False, server_default="[]")
    )
    op.execute(shows_media(BEFORE.SHOWS_RECURRING, SHOWS_ADAPTED))


def downgrade() -> None:
    op.execute(shows_media(BEFORE.SHOWS_RECURRING))
    op.drop_column("post_versions", "adaptations")
    op.drop_table("adaptations")
    for table in ("variants", "accounts"):
        for name in AUDIENCE:
            op.drop_column(table, name)
