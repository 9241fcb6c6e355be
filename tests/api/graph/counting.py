"""Counts what the database is asked, by the statements themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

SETTING_UP = ("set_config", "UPDATE tokens", "UPDATE grants")


@contextmanager
def statements(*, but: tuple[str, ...] = SETTING_UP) -> Iterator[list[str]]:
    """Every statement of SQLAlchemy's, `but` the tenant's setting and notes of use."""
    seen: list[str] = []

    def note(*told: Any) -> None:
        if not any(each in told[2] for each in but):
            seen.append(told[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def tables_in(seen: list[str]) -> list[str]:
    """The first table that each statement reads."""
    return [text.partition("FROM ")[2].split()[0].strip("(") for text in seen]
