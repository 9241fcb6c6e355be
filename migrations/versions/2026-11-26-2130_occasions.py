"""Calendars of others that communities follow, and the occasions in them."""

import sqlalchemy as sa
from alembic import op

from migrations.due import WITH_OCCASIONS, WITH_RECURRENCES, tell_due
from migrations.tenancy import IN_SEEN, MOMENT, create_tenant_table, hold, kept, of

revision = "2026_11_26_2130"
down_revision = "2026_11_26_2020"
branch_labels = None
depends_on = None

IS_DUE = sa.text("act_at IS NOT NULL")


def upgrade() -> None:
    create_tenant_table(
        "event_calendars",
        *kept(
            sa.Column("community_id", sa.Uuid(), nullable=False),
            sa.Column("name", sa.Text(), nullable=False),
            sa.Column("url", sa.Text(), nullable=False),
            sa.Column("proposes_days_before", sa.Integer(), nullable=True),
            sa.Column("act_at", MOMENT, nullable=True),
            sa.Column("read_at", MOMENT, nullable=True),
            sa.Column("read_until", MOMENT, nullable=True),
            sa.Column("etag", sa.Text(), nullable=False),
            sa.Column("modified", sa.Text(), nullable=False),
            sa.Column("problem", sa.dialects.postgresql.JSONB(), nullable=True),
            sa.Column("failures", sa.Integer(), nullable=False),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "community_id", "url", name="event_calendars_url"),
        of("communities", "community_id"),
    )
    create_tenant_table(
        "occasions",
        *kept(
            sa.Column("community_id", sa.Uuid(), nullable=False),
            sa.Column("event_calendar_id", sa.Uuid(), nullable=False),
            sa.Column("uid", sa.Text(), nullable=False),
            sa.Column("recurrence", sa.Text(), nullable=False),
            sa.Column("title", sa.Text(), nullable=False),
            sa.Column("description", sa.Text(), nullable=False),
            sa.Column("place", sa.Text(), nullable=False),
            sa.Column("url", sa.Text(), nullable=True),
            sa.Column("is_all_day", sa.Boolean(), nullable=False),
            sa.Column("starts_on", sa.Date(), nullable=False),
            sa.Column("ends_on", sa.Date(), nullable=False),
            sa.Column("starts_at", MOMENT, nullable=False),
            sa.Column("ends_at", MOMENT, nullable=False),
            sa.Column("time_zone", sa.Text(), nullable=True),
            sa.Column("propose_on", sa.Date(), nullable=True),
            sa.Column("proposed_at", MOMENT, nullable=True),
            sa.Column("act_at", MOMENT, nullable=True),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint(
            "workspace_id", "event_calendar_id", "uid", "recurrence", name="occasions_once"
        ),
        of("event_calendars", "event_calendar_id", "CASCADE"),
    )
    for table, name, columns in (
        ("event_calendars", "event_calendars_by_created", ["created_at", "id"]),
        ("event_calendars", "event_calendars_of_community", ["community_id", "created_at", "id"]),
        ("occasions", "occasions_in_time", ["starts_at", "id"]),
        ("occasions", "occasions_of_community", ["community_id", "starts_at", "id"]),
        ("occasions", "occasions_of_calendar", ["event_calendar_id", "starts_at", "id"]),
    ):
        op.create_index(name, table, ["workspace_id", *columns])
    for table in ("event_calendars", "occasions"):
        op.create_index(
            f"{table}_due",
            table,
            ["act_at"],
            postgresql_include=["workspace_id"],
            postgresql_where=IS_DUE,
        )
        hold(table, f"community_id = {IN_SEEN}")
    tell_due(WITH_OCCASIONS)


def downgrade() -> None:
    tell_due(WITH_RECURRENCES)
    op.drop_table("occasions")
    op.drop_table("event_calendars")
