"""What stands of a page is found by its ids alone, and counted while it is young.

By default mentions are counted anew when a tenth of them is new: an account that is young by then
was walked through for each page.
"""

from alembic import op

revision = "2026_11_29_0735"
down_revision = "2026_11_29_0236"
branch_labels = None
depends_on = None


def _identify_by(columns: str) -> None:
    # Built before the table is locked for reading: that is a moment's work.
    op.execute(f"CREATE UNIQUE INDEX mentions_identity_anew ON mentions ({columns})")
    op.execute("ALTER TABLE mentions DROP CONSTRAINT mentions_identity")
    op.execute(
        "ALTER TABLE mentions ADD CONSTRAINT mentions_identity"
        " UNIQUE USING INDEX mentions_identity_anew"
    )


def upgrade() -> None:
    _identify_by("workspace_id, account_id, remote_id, kind")
    op.execute("ALTER TABLE mentions SET (autovacuum_analyze_scale_factor = 0.01)")


def downgrade() -> None:
    op.execute("ALTER TABLE mentions RESET (autovacuum_analyze_scale_factor)")
    _identify_by("workspace_id, account_id, kind, remote_id")
