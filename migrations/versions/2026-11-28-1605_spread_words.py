"""Scripts without spaces are found by any part of a run, emoji as words of their own.

Both in `parvis_plain` and `parvis_asked`, which the code before calls as well.
"""

from importlib import import_module

from alembic import op

from migrations.tenancy import APPLICATION

revision = "2026_11_28_1605"
down_revision = "2026_11_28_1557"
branch_labels = None
depends_on = None

PLAIN_WORDS = import_module("migrations.versions.2026-11-27-1953_plain_words")
LINKED = import_module("migrations.versions.2026-11-28-0653_searched_links").LINKED
PLAIN = PLAIN_WORDS.PLAIN.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
# Letters of scripts whose words stand side by side, and Hangul, whose words carry endings: Thai,
# Lao, Burmese, Khmer, kana, bopomofo, ideographs.
RUN = (
    r"\u0e01-\u0e3e\u0e40-\u0e4e\u0e50-\u0e59\u0e81-\u0eff\u1000-\u1049\u1050-\u109f\u1100-\u11ff"
    r"\u1780-\u17d3\u17d7\u17dc-\u17ff\u3005-\u3007\u3031-\u3035\u303b\u303c\u3041-\u30fa"
    r"\u30fc-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f"
    r"\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
# What of them is also written in another form: half as wide, or in pieces, as Macs name files.
OTHER_FORMS = (
    r"\u1100-\u11ff\u3099\u309a\ua960-\ua97f\ud7b0-\ud7ff\uf900-\ufaff\uff66-\uffdc"
    r"\U0002f800-\U0002fa1f"
)
# https://unicode.org/Public/17.0.0/emoji/emoji-data.txt without what is text first (©, ™, digits),
# with the stars, hearts and notes beside them; read 2026-11-28.
EMOJI = (
    r"\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf\u23e9-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0"
    r"\u25fb-\u25fe\u2600-\u275a\u2761-\u2767\u2795-\u2797\u27a1\u27b0\u27bf\u2934\u2935"
    r"\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u303d\u3297\u3299"
    r"\U0001f000-\U0001f3fa\U0001f400-\U0001faff"
)
FLAGS = r"[\U0001f1e6-\U0001f1ff]{2}|\U0001f3f4[\U000e0020-\U000e007f]+"
# How a character looks: variation selectors, a keycap, tones of skin.
LOOKS = r"\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef"
SPREAD = rf"{RUN}{EMOJI}\u20e3"
# Signs of those scripts that no other text has.
SIGNS = rf"{PLAIN_WORDS.SIGNS}\u0e4f\u0e5a\u0e5b\u104a-\u104f\u17d4-\u17d6\u17d8-\u17db"
# A tsvector counts 16,383 places: what is spread has one each. What comes later stays as it is.
MOST_SPREAD = 16_000
# A run is written as its pairs and its last letter, `東京塔` as `東京 京塔 塔`: each letter begins
# one word, so that any part is a phrase of pairs. An emoji becomes the name of its bytes, as in
# most databases it is no letter: a joiner that then stands between two says no more.
SPREAD_WORDS = rf"""
CREATE FUNCTION parvis_spread(given text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    said text := regexp_replace(given, '[{LOOKS}]+', '', 'g');
BEGIN
    IF said ~ '[{OTHER_FORMS}]' THEN
        said := (SELECT string_agg(CASE WHEN part ~ '^[{RUN}]' THEN normalize(part, NFKC)
                                        ELSE part END, ' ')
                   FROM string_to_table(regexp_replace(
                        said, '[{RUN}]+', E'\x01\\&\x01', 'g'), E'\x01') AS part);
    END IF;
    IF said ~ '[{EMOJI}]' THEN
        said := (SELECT string_agg(CASE WHEN part ~ '^[{EMOJI}]'
                                        THEN 'u' || encode(convert_to(part, 'UTF8'), 'hex')
                                        ELSE part END, ' ')
                   FROM string_to_table(regexp_replace(
                        said, '{FLAGS}|[{EMOJI}]', E'\x01\\&\x01', 'g'), E'\x01') AS part);
        said := replace(said, U&' \200d ', ' ');
    END IF;
    IF said !~ '[{RUN}]' THEN RETURN regexp_replace(said, '[{SIGNS}]+', ' ', 'g'); END IF;
    said := regexp_replace(said, '(?<=[{RUN}])\u200b+(?=[{RUN}])', '', 'g');
    said := regexp_replace(said, '[{SIGNS}]+', ' ', 'g');
    RETURN regexp_replace(
        regexp_replace(left(said, {MOST_SPREAD}), '[{RUN}]+', ' \& ', 'g'),
        '(?<=[{RUN}])[{RUN}]', '\& \&', 'g') || substr(said, {MOST_SPREAD + 1});
END $$
"""
# A text without any of all this is looked through once, as before.
SPREAD_PLAIN = f"""
CREATE OR REPLACE FUNCTION parvis_plain(given text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF octet_length(given) = length(given) OR given !~ '[{PLAIN_WORDS.SIGNS}{SPREAD}]' THEN
        RETURN given;
    END IF;
    IF given ~ '[{SPREAD}]' THEN RETURN public.parvis_spread(given); END IF;
    RETURN regexp_replace(given, '[{PLAIN_WORDS.SIGNS}]+', ' ', 'g');
END $$
"""
SPACES = r"[\u00a0\u2000-\u200a\u202f\u205f\u3000]"
# What is written in one go is a phrase. At its end a run may go on: the last letter is left out,
# or, where it stands alone, begins a word: websearch_to_tsquery knows no prefixes, so that an `x`
# marks it, which never stands there in what was spread. `〇` is `0` by then, as unaccent has it.
SPREAD_ASKED = rf"""
CREATE OR REPLACE FUNCTION parvis_asked(query text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    quoted text := translate(regexp_replace(query, '\mhttps?://', '', 'gi'),
                             '’‘‛“”„‟«»', repeat(chr(39), 3) || repeat(chr(34), 6));
    asked tsquery;
BEGIN
    IF octet_length(quoted) = length(quoted) OR quoted !~ '[{SPREAD}]' THEN
        RETURN websearch_to_tsquery('public.parvis', public.parvis_plain(quoted));
    END IF;
    asked := websearch_to_tsquery('public.parvis', (
        SELECT string_agg(CASE WHEN part !~ '[{SPREAD}]' THEN public.parvis_plain(part)
            ELSE concat(substring(part FROM '^-*'), '"', regexp_replace(regexp_replace(
                 rtrim(public.parvis_plain(trim(BOTH '"' FROM ltrim(part, '-')))),
                 '(?<=[{RUN}]{{2}}) [{RUN}]$', ''), '(?<![{RUN}])[{RUN}]$', '\&x'), '"') END, '')
          FROM regexp_matches(regexp_replace(quoted, '{SPACES}', ' ', 'g'),
                              '"[^"]*"|[^\s"]+|\s+|"', 'g') AS parts, unnest(parts) AS part));
    RETURN regexp_replace(asked::text, '''([0{RUN}])x''', '''\1'':*', 'g')::tsquery;
END $$
"""
HAS_SPREAD = f"~ '[{SPREAD}]'"
POSTS = f"""
UPDATE post_words w SET words = parvis_post_words(v.title, v.text, v.adaptations, v.variants)
  FROM (SELECT DISTINCT ON (workspace_id, post_id) * FROM post_versions {{where}}
         ORDER BY workspace_id, post_id, number DESC) AS v
 WHERE w.workspace_id = v.workspace_id AND w.post_id = v.post_id
   AND concat_ws(' ', v.title, v.text, v.adaptations, v.variants) {HAS_SPREAD}
"""
MENTIONS = PLAIN_WORDS.MENTIONS.format(
    said=f"parvis_plain({PLAIN_WORDS.SAID})", where=f"{PLAIN_WORDS.SAID} {HAS_SPREAD} {{where}}"
)
SIGNATURE = "parvis_spread(text)"


def upgrade() -> None:
    op.execute(SPREAD_WORDS)
    op.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {APPLICATION}")
    op.execute(SPREAD_PLAIN)
    op.execute(SPREAD_ASKED)
    _write_anew()


def downgrade() -> None:
    op.execute(LINKED)
    op.execute(PLAIN)
    _write_anew()
    op.execute(f"DROP FUNCTION {SIGNATURE}")


def _write_anew() -> None:
    """All while others write, then, locked for a moment, what they wrote meanwhile."""
    op.execute(POSTS.format(where=""))
    op.execute(MENTIONS.format(where=""))
    op.execute("LOCK TABLE post_versions, mention_words IN SHARE ROW EXCLUSIVE MODE")
    op.execute(POSTS.format(where=f"WHERE created_at > {PLAIN_WORDS.LATELY}"))
    op.execute(MENTIONS.format(where=f"AND m.updated_at > {PLAIN_WORDS.LATELY}"))
