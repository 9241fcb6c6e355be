"""What is asked finds what was said, in any script: the two functions of search agree."""

from domain.kernel.database import Database
from tests.writings import WRITINGS

FOUND = """
SELECT asked, to_tsvector('parvis', parvis_plain($1)) @@ parvis_asked(asked)
  FROM unnest($2::text[]) AS asked
"""


async def test_any_part_of_a_writing_finds_it_and_nothing_else_does(database: Database) -> None:
    for writing in WRITINGS.values():
        rows = await database.reads.fetch(FOUND, writing.text, [*writing.finds, *writing.misses])
        found = tuple(words for words, is_found in rows if is_found)

        assert found == writing.finds


async def test_words_beside_emoji_are_what_they_are_alone(database: Database) -> None:
    """Joiners of India's and Persia's letters stay, and squares stay squares."""
    for text in ("क्\u200dष می\u200cخواهم", "5 m² à ½ №1 ﬁn", "a\u200bb l’été x-y http://a.b/c"):
        alone, beside = [
            await database.reads.fetchval(
                "SELECT to_tsvector('parvis', parvis_plain($1))::text", said
            )
            for said in (text, f"{text} 🍇ﾊﾟ")
        ]

        words = [each for each in beside.split(" ") if not each.startswith(("'uf0", "'パ"))]
        assert " ".join(words) == alone


async def test_rows_of_dashes_are_passed_over_and_one_takes_a_word_back(
    database: Database,
) -> None:
    """PostgreSQL's parser failed at the thirty-third: whoever pasted a line got a 500."""
    asked = "SELECT parvis_asked($1)::text"
    for row in ("-" * 40, "- " * 40, "-\u3000" * 40, "-!" * 40, "-(" * 40):
        assert await database.reads.fetchval(asked, f"pont {row} lac") == "'pont' & 'lac'"
        assert await database.reads.fetchval(asked, f"東京 {row} lac") is not None
    assert await database.reads.fetchval(asked, "pont -lac") == "'pont' & !'lac'"
