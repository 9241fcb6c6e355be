"""Events of one kind, or about one kind of thing, in the order of the log."""

from alembic import op

revision = "2026_11_28_2002"
down_revision = "2026_11_28_1949"
branch_labels = None
depends_on = None

INDEXES = {"events_of_kind": "kind", "events_about_kind": "subject_kind"}


def upgrade() -> None:
    for name, column in INDEXES.items():
        op.create_index(name, "events", ["workspace_id", column, "number"])


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "events")
