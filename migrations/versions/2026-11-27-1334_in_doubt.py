"""What an account does about a message whose outcome nobody can look up: it asks, as before."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_1334"
down_revision = "2026_11_27_1325"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "accounts", sa.Column("in_doubt", sa.Text(), nullable=False, server_default="ask")
    )


def downgrade() -> None:
    op.drop_column("accounts", "in_doubt")
