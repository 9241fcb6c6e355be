"""Columns that travel as one text."""

import pytest

from domain.kernel.columns import column, joined
from domain.kernel.database import Database

WORDS = "SELECT words FROM unnest({}) AS words"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["a", None, "", "é 🇨🇭\n\t\"'\\{},"], ["a", None, None, "é 🇨🇭\n\t\"'\\{},"]),
        ([""], [None]),
        (["NULL", "\x1e"], ["NULL", None]),
        (["one\x1ftwo", "\x1f", "\x1e\x1fthree"], ["onetwo", None, "\x1ethree"]),
    ],
)
async def test_column_comes_out_as_it_was_written(
    database: Database, given: list[str | None], kept: list[str | None]
) -> None:
    rows = await database.reads.fetch(WORDS.format(column(1)), joined(given))
    assert [row["words"] for row in rows] == kept


async def test_column_has_the_type_it_is_asked_for(database: Database) -> None:
    rows = await database.reads.fetch(WORDS.format(column(1, "integer")), joined(["7", None]))
    assert [row["words"] for row in rows] == [7, None]
