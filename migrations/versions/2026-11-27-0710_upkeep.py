"""Dates on which public posts are looked at again, and updates of their copies."""

import sqlalchemy as sa
from alembic import op

from migrations.due import WITH_NOTICES, WITH_UPKEEP, tell_due
from migrations.tenancy import IN_SEEN, MOMENT, create_tenant_table, hold, kept, of

revision = "2026_11_27_0710"
down_revision = "2026_11_27_0700"
branch_labels = None
depends_on = None

IS_DUE = sa.text("act_at IS NOT NULL")
TEXTS = sa.ARRAY(sa.Text())
WALL_TIME = sa.DateTime(timezone=False)


def upgrade() -> None:
    op.add_column("posts", sa.Column("stale_for", TEXTS, nullable=False, server_default="{}"))
    op.create_index(
        "posts_stale",
        "posts",
        ["workspace_id", "created_at", "id"],
        postgresql_where=sa.text("stale_for <> '{}'"),
    )
    _make_upkeeps()
    _make_updates()
    _make_copies()
    for table in ("upkeeps", "updates"):
        op.create_index(
            f"{table}_due",
            table,
            ["act_at"],
            postgresql_include=["workspace_id"],
            postgresql_where=IS_DUE,
        )
    for table in ("upkeeps", "updates", "update_copies"):
        hold(table, f"community_id = {IN_SEEN}")
    tell_due(WITH_UPKEEP)


def _make_upkeeps() -> None:
    create_tenant_table(
        "upkeeps",
        *kept(
            sa.Column("community_id", sa.Uuid(), nullable=False),
            sa.Column("time_zone", sa.Text(), nullable=False),
            sa.Column("valid_until", WALL_TIME, nullable=True),
            sa.Column("valid_until_at", MOMENT, nullable=True),
            sa.Column("check_every_days", sa.Integer(), nullable=True),
            sa.Column("next_check", WALL_TIME, nullable=True),
            sa.Column("next_check_at", MOMENT, nullable=True),
            sa.Column("checker_id", sa.Uuid(), nullable=True),
            sa.Column("stale_for", TEXTS, nullable=False),
            sa.Column("checked_at", MOMENT, nullable=True),
            sa.Column("checked_by", sa.Text(), nullable=True),
            sa.Column("act_at", MOMENT, nullable=True),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        of("communities", "community_id"),
        of("posts", "id", "CASCADE"),
    )
    for name, column in (("check", "next_check_at"), ("end", "valid_until_at")):
        op.create_index(
            f"upkeeps_by_{name}",
            "upkeeps",
            ["workspace_id", column, "id"],
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )


def _make_updates() -> None:
    create_tenant_table(
        "updates",
        *kept(
            sa.Column("community_id", sa.Uuid(), nullable=False),
            sa.Column("post_id", sa.Uuid(), nullable=False),
            sa.Column("reason", sa.Text(), nullable=False),
            sa.Column("source_id", sa.Uuid(), nullable=True),
            sa.Column("difference", sa.Text(), nullable=True),
            sa.Column("note", sa.Text(), nullable=False),
            sa.Column("parts", TEXTS, nullable=True),
            sa.Column("state", sa.Text(), nullable=False),
            sa.Column("proposed_by", sa.Text(), nullable=False),
            sa.Column("decided_by", sa.Text(), nullable=True),
            sa.Column("decided_at", MOMENT, nullable=True),
            sa.Column("words", sa.Text(), nullable=True),
            sa.Column("reposted_as", sa.Uuid(), nullable=True),
            sa.Column("ended_at", MOMENT, nullable=True),
            sa.Column("act_at", MOMENT, nullable=True),
            sa.Column("looks", sa.Integer(), nullable=False),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        of("communities", "community_id"),
        of("posts", "post_id", "CASCADE"),
    )
    for name, columns in (
        ("updates_by_state", ["state", "id"]),
        ("updates_of_post", ["post_id", "id"]),
        ("updates_of_community", ["community_id", "id"]),
    ):
        op.create_index(name, "updates", ["workspace_id", *columns])
    is_proposed = sa.text("state = 'proposed'")
    op.create_index(
        "updates_to_decide",
        "updates",
        ["workspace_id", "created_at", "id"],
        postgresql_where=is_proposed,
    )
    op.create_index(
        "updates_proposed",
        "updates",
        ["workspace_id", "post_id", "reason", "source_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=is_proposed,
    )


def _make_copies() -> None:
    create_tenant_table(
        "update_copies",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("update_id", sa.Uuid(), nullable=False),
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("ways", TEXTS, nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("parts", TEXTS, nullable=True),
        sa.Column("act_id", sa.Uuid(), nullable=True),
        sa.Column("undo_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id"),
        sa.UniqueConstraint("workspace_id", "update_id", "delivery_id", name="update_copies_once"),
        of("updates", "update_id", "CASCADE"),
        of("communities", "community_id"),
        of("deliveries", "delivery_id"),
        of("accounts", "account_id"),
    )


def downgrade() -> None:
    tell_due(WITH_NOTICES)
    op.drop_table("update_copies")
    op.drop_table("updates")
    op.drop_table("upkeeps")
    op.drop_index("posts_stale", "posts")
    op.drop_column("posts", "stale_for")
