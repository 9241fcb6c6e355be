"""A delivery whose problem was forgotten has none.

Kept as the JSON word `null`, it counted as a problem wherever rows with one are looked for.
"""

from alembic import op

revision = "2026_11_29_0236"
down_revision = "2026_11_29_0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE deliveries SET problem = NULL WHERE problem = 'null'::jsonb")


def downgrade() -> None:
    """Nothing: code of before reads both alike."""
