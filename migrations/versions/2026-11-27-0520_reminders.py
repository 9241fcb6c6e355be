"""Reviews remind by themselves and are asked again after an edit; steps escalate."""

import sqlalchemy as sa
from alembic import op

from migrations.due import WITH_PROBES, WITH_REVIEWS, tell_due
from migrations.tenancy import MOMENT

revision = "2026_11_27_0520"
down_revision = "2026_11_27_0510"
branch_labels = None
depends_on = None

DUE = (("reviews_due", "reviews", "act_at"), ("posts_to_ask_again", "posts", "ask_again_at"))
STEPS = """UPDATE {table} SET steps = (SELECT jsonb_agg({step} ORDER BY place)
    FROM jsonb_array_elements(steps) WITH ORDINALITY AS each (step, place))
    WHERE jsonb_array_length(steps) > 0"""


def upgrade() -> None:
    op.add_column("reviews", sa.Column("act_at", MOMENT, nullable=True))
    op.add_column(
        "reviews", sa.Column("reminders", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("posts", sa.Column("ask_again_at", MOMENT, nullable=True))
    op.add_column(
        "approval_policies",
        sa.Column("asks_again", sa.Boolean(), nullable=False, server_default="true"),
    )
    for name, table, column in DUE:
        op.create_index(
            name,
            table,
            [column],
            postgresql_include=["workspace_id"],
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
    op.execute("UPDATE reviews SET act_at = due_at, reminders = 1 WHERE state = 'open'")
    for table in ("approval_policies", "reviews"):
        op.execute(STEPS.format(table=table, step="step || '{\"escalates_to\": null}'::jsonb"))
    tell_due(WITH_REVIEWS)


def downgrade() -> None:
    tell_due(WITH_PROBES)
    for table in ("approval_policies", "reviews"):
        op.execute(STEPS.format(table=table, step="step - 'escalates_to'"))
    for name, table, column in DUE:
        op.drop_index(name, table)
        op.drop_column(table, column)
    op.drop_column("approval_policies", "asks_again")
    op.drop_column("reviews", "reminders")
