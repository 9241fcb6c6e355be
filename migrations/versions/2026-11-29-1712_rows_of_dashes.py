"""A row of dashes in a search is a line somebody drew: each took what follows it back.

PostgreSQL counts to 32 of them and then fails (`STACKDEPTH` of tsquery.c, read on 2026-11-29).
"""

from importlib import import_module

from alembic import op

revision = "2026_11_29_1712"
down_revision = "2026_11_29_1640"
branch_labels = None
depends_on = None

BEFORE = import_module("migrations.versions.2026-11-28-1605_spread_words")
# What websearch_to_tsquery passes over between them: spaces and operators.
ROWS = r"(-[\s\u1680\u2000-\u200a\u2028\u2029\u205f\u3000!&|()]*){3,}"
WITHOUT = f"'{ROWS}', ' ', 'g'"
CHANGES = {
    "public.parvis_plain(quoted));": f"""regexp_replace(
            public.parvis_plain(quoted), {WITHOUT}));""",
    "websearch_to_tsquery('public.parvis', (": """\
websearch_to_tsquery('public.parvis', regexp_replace((""",
    "unnest(parts) AS part));": f"unnest(parts) AS part), {WITHOUT}));",
}


def upgrade() -> None:
    asked = BEFORE.SPREAD_ASKED
    for old, new in CHANGES.items():
        asked = asked.replace(old, new)
    op.execute(asked)


def downgrade() -> None:
    op.execute(BEFORE.SPREAD_ASKED)
