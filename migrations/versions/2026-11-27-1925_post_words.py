"""What posts say, for search: one row a post, kept by what keeps their versions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from migrations.tenancy import APPLICATION, TENANT, create_tenant_table, hold

revision = "2026_11_27_1925"
down_revision = "2026_11_27_1610"
branch_labels = None
depends_on = None

OF_POST = """EXISTS (SELECT 1 FROM posts p
    WHERE p.workspace_id = post_words.workspace_id AND p.id = post_words.post_id)"""
# A tsvector holds a megabyte at most: this much of any script fits.
MOST_TEXT = 100_000
# Title, text, and what is adapted of it or said by one account in words of its own.
WORDS = f"""
CREATE FUNCTION parvis_post_words(title text, its_text text, adaptations jsonb, variants jsonb)
RETURNS tsvector LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT to_tsvector('parvis', left(concat_ws(' ', title, its_text, (
        SELECT string_agg(part, ' ')
          FROM jsonb_array_elements(adaptations || variants) AS said,
               jsonb_array_elements_text(CASE jsonb_typeof(said -> 'parts')
                   WHEN 'array' THEN said -> 'parts' ELSE '[]' END) AS part)), {MOST_TEXT}))
$$
"""
PUT = """
INSERT INTO post_words (workspace_id, post_id, words)
{said}
    ON CONFLICT (workspace_id, post_id) DO UPDATE SET words = excluded.words
 WHERE post_words.words IS DISTINCT FROM excluded.words
"""
NEWEST = """
SELECT DISTINCT ON (v.workspace_id, v.post_id) v.workspace_id, v.post_id,
       parvis_post_words(v.title, v.text, v.adaptations, v.variants)
  FROM post_versions v {where}
 ORDER BY v.workspace_id, v.post_id, v.number DESC
"""
BY_VERSION = "VALUES (NEW.workspace_id, NEW.post_id, {words})".format(
    words="parvis_post_words(NEW.title, NEW.text, NEW.adaptations, NEW.variants)"
)
# Every change of what a post says inserts a version of it, by this code and by the one before.
KEEP = f"""
CREATE FUNCTION parvis_keep_post_words() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    {PUT.format(said=BY_VERSION)};
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER post_versions_words AFTER INSERT ON post_versions
FOR EACH ROW EXECUTE FUNCTION parvis_keep_post_words()
"""
# Operators of full-text search are not leakproof, so that under row-level security their index
# rests unused: this one reads as the owner and keeps to the workspace by itself. It gives ids, no
# more than `most`, and what is shown of them is read under every lock.
FOUND = f"""
CREATE FUNCTION parvis_posts_found(query text, most integer) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    ws uuid := {TENANT};
    asked tsquery := websearch_to_tsquery('parvis', query);
BEGIN
    IF ws IS NULL OR numnode(asked) = 0 THEN RETURN '{{}}'; END IF;
    RETURN ARRAY(SELECT w.post_id FROM post_words w
                  WHERE w.workspace_id = ws AND w.words @@ asked LIMIT most);
END $$
"""
FUNCTIONS = {
    "parvis_post_words(text, text, jsonb, jsonb)": WORDS,
    "parvis_keep_post_words()": KEEP,
    "parvis_posts_found(text, integer)": FOUND,
}


def upgrade() -> None:
    create_tenant_table(
        "post_words",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("words", TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "post_id"),
        grants="SELECT",
    )
    hold("post_words", OF_POST)
    for name, body in FUNCTIONS.items():
        op.execute(body)
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION parvis_posts_found(text, integer) TO {APPLICATION}")
    op.execute(PUT.format(said=NEWEST.format(where="")))
    op.create_index(
        "post_words_by_word", "post_words", ["workspace_id", "words"], postgresql_using="gin"
    )
    _keep_from_now_on()


def _keep_from_now_on() -> None:
    """Locks last, for the blink in which what was written meanwhile is caught up with."""
    if op.get_bind().scalar(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'citus'")):
        # It writes the shard it stands in: both tables go by their workspace.
        op.execute("SET LOCAL citus.enable_unsafe_triggers TO on")
    op.execute("LOCK TABLE posts IN SHARE ROW EXCLUSIVE MODE")
    op.execute(TRIGGER)
    op.execute(PUT.format(said=NEWEST.format(where="WHERE created_at > now() - interval '1 hour'")))
    op.execute(f"DELETE FROM post_words WHERE NOT {OF_POST}")
    op.create_foreign_key(
        "post_words_workspace_id_post_id_fkey",
        "post_words",
        "posts",
        ["workspace_id", "post_id"],
        ["workspace_id", "id"],
        ondelete="CASCADE",
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER post_versions_words ON post_versions")
    for name in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")
    op.drop_table("post_words")
