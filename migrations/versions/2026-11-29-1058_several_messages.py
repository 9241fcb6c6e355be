"""What went out as several messages is found alone: people answer any of them.

Which thread of an account a message belongs to is asked of each page of its inbox.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_1058"
down_revision = "2026_11_29_0735"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "deliveries_of_several",
        "deliveries",
        ["workspace_id", "account_id"],
        postgresql_where=sa.text("jsonb_array_length(refs) > 1"),
    )


def downgrade() -> None:
    op.drop_index("deliveries_of_several", "deliveries")
