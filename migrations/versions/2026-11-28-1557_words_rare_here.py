"""A search whose first month does not fill a page asks the index of words for the others."""

from alembic import op

revision = "2026_11_28_1557"
down_revision = "2026_11_28_1256"
branch_labels = None
depends_on = None

# How often a word is said is known of all workspaces together: one that others say every day had
# each month walked whole where nobody says it (0.2 s a month among 800,000 mentions). What does not
# fill a page in a month is rare here; in an order that no index has, the planner must go by words.
DECLARED = "    statement text;\n", "    statement text;\n    rarely text;\n"
MADE = (
    "        || ' LIMIT $7';\n",
    """        || ' LIMIT $7';
    rarely := replace(statement, ' BY w.said_at', ' BY w.said_at + interval ''0''');
""",
)
TAKEN = (
    "        missing := missing - got;\n",
    "        missing := missing - got;\n        statement := rarely;\n",
)
REWRITE = """
DO $do$ BEGIN
    EXECUTE (SELECT replace(pg_get_functiondef(oid), $s${before}$s$, $s${after}$s$) FROM pg_proc
              WHERE proname = 'parvis_search' AND pronamespace = 'public'::regnamespace);
END $do$
"""


def upgrade() -> None:
    for before, after in (DECLARED, MADE, TAKEN):
        op.execute(REWRITE.format(before=before, after=after))


def downgrade() -> None:
    for before, after in (TAKEN, MADE, DECLARED):
        op.execute(REWRITE.format(before=after, after=before))
