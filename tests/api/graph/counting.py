"""Counts what the database is asked, by the statements themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
from asyncpg.connection import LoggedQuery
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import Pool

SETTING_UP = ("set_config", "UPDATE tokens", "UPDATE grants", "BEGIN;", "COMMIT;", "ROLLBACK;")


@contextmanager
def statements(*, but: tuple[str, ...] = SETTING_UP) -> Iterator[list[str]]:
    """Every statement of sessions and their driver, `but` what sets up and notes of use."""
    seen: list[str] = []

    def note(text: str) -> None:
        if not any(each in text for each in but):
            seen.append(text)

    def asked(*told: Any) -> None:
        *_, is_for_many = told
        if not is_for_many:
            note(told[2])

    def went(logged: LoggedQuery) -> None:
        """What goes past SQLAlchemy, and what it asks for many rows."""
        note(logged.query)

    drivers: set[asyncpg.Connection] = set()

    def taken(connection: DBAPIConnection, *_: object) -> None:
        connection.driver_connection.add_query_logger(went)
        drivers.add(connection.driver_connection)

    event.listen(Engine, "before_cursor_execute", asked)
    event.listen(Pool, "checkout", taken)
    try:
        yield seen
    finally:
        event.remove(Pool, "checkout", taken)
        event.remove(Engine, "before_cursor_execute", asked)
        for driver in drivers:
            driver.remove_query_logger(went)
