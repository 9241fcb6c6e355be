"""What holds its account back before it is sent again is found by the index of such rows alone.

Said as a range of moments, it had the claim read all that is to come.
"""

from importlib import import_module

from alembic import op

revision = "2026_11_28_2316"
down_revision = "2026_11_28_2300"
branch_labels = None
depends_on = None

CLAIMS = import_module("migrations.versions.2026-11-28-2018_claims")
BEFORE = import_module("migrations.versions.2026-11-28-2300_goes_first")
HELD = BEFORE.HELD.replace("act_at > moment", "act_at - moment > interval '0'")


def said_anew(statement: str) -> str:
    """A statement of the first claims with what keeps an account now."""
    found: str = statement.replace(CLAIMS.HELD, HELD)
    return found.replace("is_begun = is_begun", "holds_back = false, is_begun = is_begun")


LOCK_ACCOUNTS, CLAIM = said_anew(CLAIMS.LOCK_ACCOUNTS), said_anew(CLAIMS.CLAIM)
FUNCTION = said_anew(CLAIMS.FUNCTION).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def upgrade() -> None:
    op.execute(FUNCTION)


def downgrade() -> None:
    op.execute(BEFORE.FUNCTION)
