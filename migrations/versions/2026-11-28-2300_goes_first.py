"""What surely was not sent and soon is sent again keeps what its account brings out behind it.

The code before this keeps nobody back by it.
"""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_2300"
down_revision = "2026_11_28_2241"
branch_labels = None
depends_on = None

BEFORE = import_module("migrations.versions.2026-11-28-2018_claims")
# Of this worker's own, what comes behind is put off with it once it is claimed.
HELD = f"""{BEFORE.HELD} UNION ALL
    SELECT account_id FROM deliveries
     WHERE workspace_id = house AND holds_back AND state = 'waiting' AND act_at > moment
       AND claimed_by IS DISTINCT FROM claimer
    """
FUNCTION = (
    BEFORE.FUNCTION.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    .replace(BEFORE.HELD, HELD)
    .replace("is_begun = is_begun", "holds_back = false, is_begun = is_begun")
)


def upgrade() -> None:
    column = sa.Column("holds_back", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("deliveries", column)
    op.create_index(
        "deliveries_holding_back",
        "deliveries",
        ["workspace_id", "account_id"],
        postgresql_where=sa.text("holds_back"),
    )
    op.execute(FUNCTION)


def downgrade() -> None:
    op.execute(BEFORE.FUNCTION.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    op.drop_index("deliveries_holding_back", "deliveries")
    op.drop_column("deliveries", "holds_back")
