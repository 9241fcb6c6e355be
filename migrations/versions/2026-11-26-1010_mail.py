"""Mails to people, due like any other outward act."""

import sqlalchemy as sa
from alembic import op

from migrations.tenancy import grant_shared

revision = "2026_11_26_1010"
down_revision = "2026_11_26_1000"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
# Both keep their owner and their grants when they are replaced.
DUE = """
CREATE OR REPLACE FUNCTION parvis_due(moment timestamptz)
RETURNS TABLE (work text, workspace_id uuid, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT 'deliver', d.workspace_id, min(d.act_at) FROM deliveries d
     WHERE d.act_at <= moment GROUP BY d.workspace_id
    UNION ALL
    SELECT 'connect', a.workspace_id, min(a.connect_at) FROM accounts a
     WHERE a.connect_at <= moment GROUP BY a.workspace_id
    UNION ALL
    SELECT 'read', a.workspace_id, min(a.read_at) FROM accounts a
     WHERE a.read_at <= moment GROUP BY a.workspace_id
    UNION ALL
    SELECT 'measure', a.workspace_id, min(a.measure_at) FROM accounts a
     WHERE a.measure_at <= moment GROUP BY a.workspace_id
    UNION ALL
    SELECT 'check', a.workspace_id, min(a.check_at) FROM accounts a
     WHERE a.check_at <= moment GROUP BY a.workspace_id
    {more}
$$
"""
MAIL_DUE = """UNION ALL
    SELECT 'mail', NULL::uuid, min(m.act_at) FROM mails m
     WHERE m.act_at <= moment HAVING min(m.act_at) IS NOT NULL"""
NEXT_DUE = """
CREATE OR REPLACE FUNCTION parvis_next_due() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT least(
        (SELECT min(act_at) FROM deliveries WHERE act_at IS NOT NULL),
        (SELECT min(connect_at) FROM accounts WHERE connect_at IS NOT NULL),
        (SELECT min(read_at) FROM accounts WHERE read_at IS NOT NULL),
        (SELECT min(measure_at) FROM accounts WHERE measure_at IS NOT NULL),
        (SELECT min(check_at) FROM accounts WHERE check_at IS NOT NULL){more}
    )
$$
"""
MAIL_NEXT = """,
        (SELECT min(act_at) FROM mails WHERE act_at IS NOT NULL)"""


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
    op.execute(DUE.format(more=MAIL_DUE))
    op.execute(NEXT_DUE.format(more=MAIL_NEXT))


def downgrade() -> None:
    op.execute(DUE.format(more=""))
    op.execute(NEXT_DUE.format(more=""))
    op.drop_table("mails")
