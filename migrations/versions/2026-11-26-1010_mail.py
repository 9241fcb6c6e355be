"""Mails to people, due like any other outward act."""

import sqlalchemy as sa
from alembic import op

from migrations.due import GROUND, WITH_MAIL, tell_due
from migrations.tenancy import MOMENT, grant_shared

revision = "2026_11_26_1010"
down_revision = "2026_11_26_1000"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("act_at", MOMENT, nullable=True),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    for name, column in (("mails_due", "act_at"), ("mails_by_user", "user_id")):
        op.create_index(name, "mails", [column], postgresql_where=sa.text(f"{column} IS NOT NULL"))
    op.create_index("mails_by_created", "mails", ["created_at"])
    grant_shared("mails")
    tell_due(WITH_MAIL)


def downgrade() -> None:
    tell_due(GROUND)
    op.drop_table("mails")
