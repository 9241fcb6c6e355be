"""Links by which calendar programs read calendars."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import MOMENT, create_tenant_table, hold, of

revision = "2026_11_26_2100"
down_revision = "2026_11_26_2000"
branch_labels = None
depends_on = None

OF_CALENDAR = """EXISTS (SELECT 1 FROM calendars c
    WHERE c.workspace_id = calendar_feeds.workspace_id AND c.id = calendar_feeds.calendar_id)"""


def upgrade() -> None:
    create_tenant_table(
        "calendar_feeds",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("shows_drafts", sa.Boolean(), nullable=False),
        sa.Column("shows_text", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "fingerprint", name="calendar_feeds_fingerprint"),
        of("calendars", "calendar_id", "CASCADE"),
    )
    op.create_index(
        "calendar_feeds_of_calendar", "calendar_feeds", ["workspace_id", "calendar_id", "id"]
    )
    hold("calendar_feeds", OF_CALENDAR)


def downgrade() -> None:
    op.drop_table("calendar_feeds")
