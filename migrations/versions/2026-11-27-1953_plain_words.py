"""Words are words whatever stands beside them: curly quotes, dashes, narrow spaces, emoji."""

from importlib import import_module

from alembic import op

from migrations.tenancy import APPLICATION

revision = "2026_11_27_1953"
down_revision = "2026_11_27_1950"
branch_labels = None
depends_on = None

# Where a database's characters are those of C, as in the embedded one, PostgreSQL's parser takes
# all beyond ASCII for letters: `l’aube` and `«vigne»` were one word each. Ranges of Unicode, as
# classes of characters are those of the database too: spaces, punctuation and signs of Latin-1,
# general punctuation but what joins, money, arrows to dingbats, then what writes from right to
# left, of India, of the Far East, variation selectors and emoji.
SIGNS = (
    r"\u00a0-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7"
    r"\u2000-\u200b\u200e-\u206f\u20a0-\u20cf\u2190-\u23ff\u2500-\u27bf\u2900-\u2bff"
    r"\u0589\u05be\u05c0\u05c3\u060c\u061b\u061f\u066a-\u066c\u06d4\u0964\u0965"
    r"\u3000-\u3003\u3008-\u3020\u3030\u30fb\ufe00-\ufe0f"
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U0001f000-\U0001faff"
)
PLAIN = f"""
CREATE FUNCTION parvis_plain(given text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(given, '[{SIGNS}]+', ' ', 'g')
$$
"""
# In a query quotes mean what those of the keyboard mean; in a text that would cost more than it is.
ASKED = """
CREATE FUNCTION parvis_asked(query text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT websearch_to_tsquery('public.parvis', public.parvis_plain(
        translate(query, '’‘‛“”„‟«»', repeat(chr(39), 3) || repeat(chr(34), 6))))
$$
"""
FUNCTIONS = {"parvis_plain(text)": PLAIN, "parvis_asked(text)": ASKED}
WORDS = import_module("migrations.versions.2026-11-27-1925_post_words").WORDS.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
PLAIN_WORDS = WORDS.replace("left(concat_ws(", "parvis_plain(left(concat_ws(").replace(
    "))\n$$", ")))\n$$"
)
# What is asked: by function, before and after.
REWRITTEN = (
    ("parvis_posts_found", "websearch_to_tsquery('parvis', query)", "parvis_asked(query)"),
    ("parvis_search", "websearch_to_tsquery('parvis', query)", "parvis_asked(query)"),
)
REWRITE = """
DO $do$ BEGIN
    EXECUTE (SELECT replace(pg_get_functiondef(oid), $s${before}$s$, $s${after}$s$) FROM pg_proc
              WHERE proname = '{name}' AND pronamespace = 'public'::regnamespace);
END $do$
"""
POSTS = """
UPDATE post_words w SET words = said.words
  FROM (SELECT DISTINCT ON (v.workspace_id, v.post_id) v.workspace_id, v.post_id,
               parvis_post_words(v.title, v.text, v.adaptations, v.variants) AS words
          FROM post_versions v {where}
         ORDER BY v.workspace_id, v.post_id, v.number DESC) AS said
 WHERE w.workspace_id = said.workspace_id AND w.post_id = said.post_id
   AND w.words IS DISTINCT FROM said.words
"""
MENTIONS = """
UPDATE mention_words w SET words = CASE WHEN m.deleted_at IS NULL
       THEN to_tsvector('parvis', {said}) ELSE '' END
  FROM mentions m
 WHERE m.workspace_id = w.workspace_id AND m.said_at = w.said_at AND m.id = w.mention_id
   AND {where}
"""
SAID = "concat_ws(' ', m.title, m.text)"
HAS_SIGNS = f"{SAID} <> parvis_plain({SAID})"
LATELY = "now() - interval '1 hour'"


def upgrade() -> None:
    for name, body in FUNCTIONS.items():
        op.execute(body)
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {APPLICATION}")
    op.execute(PLAIN_WORDS)
    for name, before, after in REWRITTEN:
        op.execute(REWRITE.format(name=name, before=before, after=after))
    _write_anew(f"parvis_plain({SAID})")


def downgrade() -> None:
    op.execute(WORDS)
    for name, before, after in REWRITTEN:
        op.execute(REWRITE.format(name=name, before=after, after=before))
    _write_anew(SAID)
    for name in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")


def _write_anew(said: str) -> None:
    """All while others write, then, locked for a moment, what they wrote meanwhile."""
    op.execute(POSTS.format(where=""))
    op.execute(MENTIONS.format(said=said, where=HAS_SIGNS))
    op.execute("LOCK TABLE post_versions, mention_words IN SHARE ROW EXCLUSIVE MODE")
    op.execute(POSTS.format(where=f"WHERE created_at > {LATELY}"))
    op.execute(MENTIONS.format(said=said, where=f"m.updated_at > {LATELY}"))
