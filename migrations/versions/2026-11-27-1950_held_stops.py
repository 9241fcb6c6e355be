"""Test clocks stop no more for each look at what waits for a person."""

from migrations.due import WITH_HELD, WITH_TOLD, tell_due

revision = "2026_11_27_1950"
down_revision = "2026_11_27_1938"
branch_labels = None
depends_on = None


def upgrade() -> None:
    tell_due(WITH_HELD)


def downgrade() -> None:
    tell_due(WITH_TOLD)
