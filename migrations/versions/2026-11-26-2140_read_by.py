"""By which zones the calendars of others were read: by others they are read anew."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_2140"
down_revision = "2026_11_26_2130"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "event_calendars", sa.Column("read_by", sa.Text(), nullable=False, server_default="")
    )
    op.alter_column("event_calendars", "read_by", server_default=None)


def downgrade() -> None:
    op.drop_column("event_calendars", "read_by")
