"""Whole columns as one text each: an array has asyncpg ask each element whether it is a list.

`joined` on our side and `column` in the statement belong together: what is empty comes out as NULL.
"""

from collections.abc import Iterable

BETWEEN = "\x1f"
EMPTY = "\x1e"


def joined(values: Iterable[str | None]) -> str:
    """The values of a column, written once, as `column` takes them apart again."""
    column = [value or EMPTY for value in values]
    whole = BETWEEN.join(column)
    if whole.count(BETWEEN) < len(column):
        return whole
    return BETWEEN.join(value.replace(BETWEEN, "") or EMPTY for value in column)


def column(number: int, type_: str = "text") -> str:
    """The parameter of that number as an array of `type_`."""
    return rf"string_to_array(${number}, E'\x1f', E'\x1e')::{type_}[]"
