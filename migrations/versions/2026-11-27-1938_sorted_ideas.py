"""Ideas in the order they were last changed, all of them or a column of the board."""

from alembic import op

revision = "2026_11_27_1938"
down_revision = "2026_11_27_1925"
branch_labels = None
depends_on = None

INDEXES = {"ideas_by_updated": (), "ideas_by_state_updated": ("state",)}


def upgrade() -> None:
    for name, columns in INDEXES.items():
        op.create_index(name, "ideas", ["workspace_id", *columns, "updated_at", "id"])


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "ideas")
