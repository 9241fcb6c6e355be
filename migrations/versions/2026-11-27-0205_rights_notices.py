"""When the house is told that a right to publish ends soon."""

import sqlalchemy as sa
from alembic import op

from migrations.due import WITH_NOTICES, WITH_RENDITIONS, tell_due
from migrations.tenancy import MOMENT

revision = "2026_11_27_0205"
down_revision = "2026_11_27_0204"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("media", sa.Column("notice_at", MOMENT, nullable=True))
    op.create_index(
        "media_to_notice",
        "media",
        ["notice_at"],
        postgresql_include=["workspace_id"],
        postgresql_where=sa.text("notice_at IS NOT NULL"),
    )
    tell_due(WITH_NOTICES)


def downgrade() -> None:
    tell_due(WITH_RENDITIONS)
    op.drop_index("media_to_notice", "media")
    op.drop_column("media", "notice_at")
