"""An account as whoever speaks through it asks for it before every message: in one round trip."""

from alembic import op

revision = "2026_11_27_1300"
down_revision = "2026_11_27_0945"
branch_labels = None
depends_on = None

ACCOUNT = """
CREATE FUNCTION parvis_account(ws uuid, account uuid) RETURNS SETOF accounts
LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM set_config('parvis.workspace', ws::text, true);
    RETURN QUERY SELECT * FROM accounts WHERE workspace_id = ws AND id = account;
END $$
"""


def upgrade() -> None:
    op.execute(ACCOUNT)


def downgrade() -> None:
    op.execute("DROP FUNCTION parvis_account(uuid, uuid)")
