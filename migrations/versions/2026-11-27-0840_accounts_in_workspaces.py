"""Tells the planner that an account lives in one workspace.

It took the two for independent and expected a single row of any account, for which every index
that begins with the account is as good as the one that holds what is looked for: a page that came
in walked the account's whole history for each of its mentions.
"""

from alembic import op

revision = "2026_11_27_0840"
down_revision = "2026_11_27_0833"
branch_labels = None
depends_on = None

TABLES = ("mentions", "conversations", "deliveries")


def upgrade() -> None:
    for table in TABLES:
        op.execute(
            f"CREATE STATISTICS {table}_accounts (dependencies) ON workspace_id, account_id"
            f" FROM {table}"
        )


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP STATISTICS {table}_accounts")
