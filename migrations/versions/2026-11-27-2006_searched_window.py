"""A calendar window narrowed by words; the code before goes on with the function before."""

from importlib import import_module

from alembic import op

revision = "2026_11_27_2006"
down_revision = "2026_11_27_1953"
branch_labels = None
depends_on = None

NARROWED = import_module("migrations.versions.2026-11-27-1340_narrowed_window").NARROWED
# The window bounds what is walked, so that words are looked for post by post.
SEARCHED = (
    NARROWED.replace("networks text[])", "networks text[], query text)")
    .replace("DECLARE\n", "DECLARE\n    asked tsquery := parvis_asked(query);\n")
    .replace(
        "         ORDER BY p.publish_at, p.id LIMIT most + 1",
        """           AND (query IS NULL OR EXISTS (
                SELECT FROM post_words w WHERE w.workspace_id = workspace AND w.post_id = p.id
                   AND w.words @@ asked))
         ORDER BY p.publish_at, p.id LIMIT most + 1""",
    )
)
NAME = (
    "parvis_calendar_window_of(uuid, uuid[], uuid[], timestamptz, timestamptz, timestamptz, uuid, "
    "integer, text[], uuid[], uuid[], text[], uuid[], text[], text)"
)


def upgrade() -> None:
    op.execute(SEARCHED)


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {NAME}")
