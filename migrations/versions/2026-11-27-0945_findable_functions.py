"""The function behind a stored column names its own with their schema: a restore searches none."""

from alembic import op

revision = "2026_11_27_0945"
down_revision = "2026_11_27_0920"
branch_labels = None
depends_on = None


def _rewrite(before: str, after: str) -> None:
    op.execute(f"""
DO $do$ BEGIN
    EXECUTE (SELECT replace(pg_get_functiondef(oid), '{before}', '{after}') FROM pg_proc
              WHERE proname = 'parvis_mention_json' AND pronamespace = 'public'::regnamespace);
END $do$
""")


def upgrade() -> None:
    _rewrite(" parvis_moment(", " public.parvis_moment(")
    _rewrite("(parvis_moment(", "(public.parvis_moment(")


def downgrade() -> None:
    _rewrite("public.parvis_moment(", "parvis_moment(")
