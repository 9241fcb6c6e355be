"""What an operator is told of a database that cannot be used."""

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, PendingRollbackError, ProgrammingError

from domain.kernel.reaching import DATABASE, is_away, unusable

AWAY = "Start it, or correct DATABASE_URL."
FAILED = "See the end of its log, then run this again."


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (asyncpg.ConnectionDoesNotExistError, AWAY),
        (asyncpg.CannotConnectNowError, AWAY),
        (asyncpg.ForeignKeyViolationError, FAILED),
        (asyncpg.ReadOnlySQLTransactionError, FAILED),
        (asyncpg.DiskFullError, FAILED),
    ],
)
def test_a_server_that_answers_is_not_said_to_be_away(
    error: type[asyncpg.PostgresError], remedy: str
) -> None:
    assert unusable(error("why"), DATABASE).remedy == remedy


def test_a_connection_that_ended_is_said_to_be_away() -> None:
    assert unusable(ConnectionRefusedError(111, "Connection refused"), DATABASE).what == (
        "PostgreSQL does not answer at DATABASE_URL (Connection refused)."
    )


@pytest.mark.parametrize(
    ("error", "is_absence"),
    [
        (ConnectionResetError(), True),
        (asyncpg.AdminShutdownError("why"), True),
        (asyncpg.CannotConnectNowError("why"), True),
        (asyncpg.ConnectionDoesNotExistError("why"), True),
        (asyncpg.TooManyConnectionsError("why"), True),
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.InternalClientError("cannot switch to state 11"), True),
        (PendingRollbackError("can't reconnect"), True),
        (asyncpg.DataError("invalid input"), False),
        (asyncpg.QueryCanceledError("took too long"), False),
        (asyncpg.UniqueViolationError("why"), False),
        (ProgrammingError("SELECT", None, asyncpg.UndefinedTableError("why")), False),
        (DBAPIError("SELECT", None, asyncpg.AdminShutdownError("why")), True),
        (ValueError("ours"), False),
    ],
)
def test_an_absence_is_told_from_an_answer(error: Exception, *, is_absence: bool) -> None:
    assert is_away(error) is is_absence
