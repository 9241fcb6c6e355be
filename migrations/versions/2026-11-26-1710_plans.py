"""Pillars, weekly slots, and the places that queued posts take in them."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import MOMENT, create_tenant_table, hold, kept, of

revision = "2026_11_26_1710"
down_revision = "2026_11_26_1700"
branch_labels = None
depends_on = None

OF_CALENDAR = """EXISTS (SELECT 1 FROM calendars c WHERE c.workspace_id = {0}.workspace_id
    AND c.id = {0}.{1})"""


def upgrade() -> None:
    create_tenant_table(
        "pillars",
        *kept(
            sa.Column("calendar_id", sa.Uuid(), nullable=False),
            sa.Column("name", sa.Text(), nullable=False),
            sa.Column("colour", sa.Text(), nullable=False),
            sa.Column("objective", sa.Text(), nullable=False),
            sa.Column("share_percent", sa.Integer(), nullable=True),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "calendar_id", "name", name="pillars_name"),
        of("calendars", "calendar_id", "CASCADE"),
    )
    op.create_index("pillars_by_created", "pillars", ["workspace_id", "created_at", "id"])
    op.add_column("posts", sa.Column("pillar_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        None,
        "posts",
        "pillars",
        ["workspace_id", "pillar_id"],
        ["workspace_id", "id"],
        ondelete="RESTRICT",
    )
    op.create_index(
        "posts_on_pillar",
        "posts",
        ["workspace_id", "pillar_id"],
        postgresql_where=sa.text("pillar_id IS NOT NULL"),
    )
    create_tenant_table(
        "slots",
        *kept(
            sa.Column("calendar_id", sa.Uuid(), nullable=False),
            sa.Column("pillar_id", sa.Uuid(), nullable=True),
            sa.Column("weekday", sa.Integer(), nullable=False),
            sa.Column("wall_time", sa.Time(), nullable=False),
            sa.Column("is_paused", sa.Boolean(), nullable=False),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint(
            "workspace_id", "calendar_id", "weekday", "wall_time", name="slots_time"
        ),
        of("calendars", "calendar_id", "CASCADE"),
        of("pillars", "pillar_id"),
    )
    op.create_index("slots_by_created", "slots", ["workspace_id", "created_at", "id"])
    create_tenant_table(
        "queue_places",
        *kept(
            sa.Column("calendar_id", sa.Uuid(), nullable=False),
            sa.Column("not_before", MOMENT, nullable=True),
            sa.Column("slot_id", sa.Uuid(), nullable=True),
            sa.Column("occurs_on", sa.Date(), nullable=True),
            sa.Column("planned_at", MOMENT, nullable=True),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "slot_id", "occurs_on", name="queue_places_once"),
        of("posts", "id", "CASCADE"),
        of("slots", "slot_id", "CASCADE"),
    )
    op.create_index(
        "queue_places_in_order", "queue_places", ["workspace_id", "calendar_id", "created_at", "id"]
    )
    create_tenant_table(
        "queues",
        *kept(sa.Column("is_paused", sa.Boolean(), nullable=False)),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        of("calendars", "id", "CASCADE"),
    )
    for table, column in (
        ("pillars", "calendar_id"),
        ("slots", "calendar_id"),
        ("queue_places", "calendar_id"),
        ("queues", "id"),
    ):
        hold(table, OF_CALENDAR.format(table, column))


def downgrade() -> None:
    for table in ("queues", "queue_places", "slots"):
        op.drop_table(table)
    op.drop_index("posts_on_pillar", table_name="posts")
    op.drop_column("posts", "pillar_id")
    op.drop_table("pillars")
