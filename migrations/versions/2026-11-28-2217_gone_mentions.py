"""A mention that was deleted over there is open again once it is there again.

A trigger, as a page's own statement says nothing of what only a few of its rows come back from.
"""

from alembic import op

revision = "2026_11_28_2217"
down_revision = "2026_11_28_2019"
branch_labels = None
depends_on = None

REOPEN = """
CREATE FUNCTION parvis_reopen_mention() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.status := 'open';
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER mentions_there_again BEFORE UPDATE OF deleted_at ON mentions FOR EACH ROW
WHEN (OLD.status = 'gone' AND NEW.status = 'gone' AND NEW.deleted_at IS NULL)
EXECUTE FUNCTION parvis_reopen_mention()
"""


def upgrade() -> None:
    op.execute(REOPEN)
    op.execute(TRIGGER)


def downgrade() -> None:
    op.execute("DROP TRIGGER mentions_there_again ON mentions")
    op.execute("DROP FUNCTION parvis_reopen_mention()")
    # The code before knows no such word.
    op.execute("UPDATE mentions SET status = 'archived' WHERE status = 'gone'")
