"""A picture that a recurrence shows is in use too."""

from importlib import import_module

from alembic import op

from migrations.tenancy import TENANT

revision = "2026_11_26_2156"
down_revision = "2026_11_26_2010"
branch_labels = None
depends_on = None

SHOWS_MEDIA = import_module("migrations.versions.2026-11-26-1200_held").SHOWS_MEDIA.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
# Inside variants and variations ids are written as the api shows them.
SHOWS_RECURRING = f"""
        OR EXISTS (SELECT 1 FROM recurrences
                    WHERE workspace_id = {TENANT}
                      AND (media_id = ANY (media_ids)
                           OR strpos(variants::text || variations::text,
                                     'med_' || replace(media_id::text, '-', '')) > 0))
"""


def upgrade() -> None:
    head, _, tail = SHOWS_MEDIA.rstrip().rpartition("$$")
    op.execute(f"{head.rstrip()}{SHOWS_RECURRING}$${tail}")


def downgrade() -> None:
    op.execute(SHOWS_MEDIA)
