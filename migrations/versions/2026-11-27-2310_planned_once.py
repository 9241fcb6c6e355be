"""What tells of due work is planned once by each connection, and asks clocks only if one is ahead.

On the way down nothing is undone: the functions say the same as before.
"""

from alembic import op

from migrations.due import WITH_HELD, tell_due

revision = "2026_11_27_2310"
down_revision = "2026_11_27_2006"
branch_labels = None
depends_on = None

KEEP_PROGRESS = "parvis_keep_progress(uuid, uuid[], int[], boolean[], text[])"


def upgrade() -> None:
    tell_due(WITH_HELD)
    op.execute(f"ALTER FUNCTION {KEEP_PROGRESS} SET plan_cache_mode = force_generic_plan")


def downgrade() -> None:
    op.execute(f"ALTER FUNCTION {KEEP_PROGRESS} RESET plan_cache_mode")
